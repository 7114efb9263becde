import { useEffect, useMemo, useState } from 'react';
import type { NamedArray } from '../../anatomy/named-array';
import type { DictionaryId } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import { visible } from '../../lib/token-text';
import { createPageActivity } from '../../store/page-activity';
import { useActions, useStoreApi } from '../../store/react';

/** Tokens that stand for a feature without a label. */
const TOP = 3;
/** Each takes a product with the whole unembedding: beyond this many numbers it would hold up the page. */
const MOST_VALUES = 8_000_000;

/** What features speak for, by feature: kept for the page's life, as weights don't change. By model and dictionary. */
const known = new Map<string, ReadonlyMap<number, string>>();

/**
 * The tokens that the decoder rows of features speak for most, for those that nobody has labelled: asked one at a time while the page
 * wants nothing. Empty for vocabularies that are too large for it.
 */
export function useTokenNames(info: ModelInfo, dictionary: DictionaryId, unnamed: readonly number[]): ReadonlyMap<number, string> {
  const store = useStoreApi();
  const { ask, pieces } = useActions();
  const page = useMemo(() => createPageActivity(store), [store]);
  const { hash, config } = info;
  const key = `${hash} ${dictionary}`;
  const [names, setNames] = useState<{ readonly key: string; readonly names: ReadonlyMap<number, string> }>({ key: '', names: new Map() });
  const wanted = config.dVocab * config.dModel <= MOST_VALUES ? unnamed.join() : '';
  useEffect(() => {
    if (wanted === '') return;
    const controller = new AbortController();
    const { signal } = controller;
    const read = async () => {
      for (const feature of wanted.split(',').map(Number)) {
        if (known.get(key)?.has(feature) === true) continue;
        await page.idle(signal);
        const analyses = [{ id: 'decoder-logits', params: { dictionary, feature, top: TOP } }];
        const result = await ask({ model: hash, ids: [config.bosId ?? 0], promptLength: 1, interventions: [], capture: [], logits: false, analyses, generate: null }, signal);
        const tokens = await pieces(idsOf(result.analyses[0]?.['topIds']));
        known.set(key, new Map(known.get(key)).set(feature, tokens.length === 0 ? '' : `→ ${tokens.map(visible).join(' ')}`));
        if (!signal.aborted) setNames({ key, names: known.get(key) ?? new Map() });
      }
    };
    // A dictionary that doesn't write into the stream speaks for no tokens: its features keep their numbers.
    read().catch(() => undefined);
    return () => controller.abort();
  }, [wanted, key, hash, config, dictionary, page, ask, pieces]);
  return names.key === key ? names.names : (known.get(key) ?? NONE);
}

const NONE: ReadonlyMap<number, string> = new Map();

function idsOf(value: unknown): readonly number[] {
  return typeof value === 'object' && value !== null && 'data' in value ? [...((value as NamedArray).data ?? [])] : [];
}
