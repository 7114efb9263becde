import { useCallback, useEffect, useRef, useState } from 'react';
import type { ModelInfo } from '../../anatomy/model-info';
import type { RunRequest, RunResult } from '../../anatomy/run';
import { isAbort, messageOf, UserError } from '../../lib/errors';
import { useActions } from '../../store/react';
import { expertSpec } from './needs';
import { mapOf, meanMap, rankExperts, type ExpertMap, type RankedExpert } from './ranking';

export type Comparison =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly done: number; readonly of: number }
  | { readonly status: 'done'; readonly ranked: readonly RankedExpert[]; readonly key: string }
  | { readonly status: 'failed'; readonly message: string };

export interface ComparisonPort {
  encode(text: string): Promise<readonly number[]>;
  ask(request: RunRequest, signal: AbortSignal): Promise<RunResult>;
}

/** The maps of prompts, each of a run of its own in the unchanged model, with the start token in front where the model has one. */
export async function mapsOf(prompts: readonly string[], info: ModelInfo, port: ComparisonPort, divide: boolean, signal: AbortSignal, onMap: () => void): Promise<ExpertMap[]> {
  const maps: ExpertMap[] = [];
  const { bosId, nCtx } = info.config;
  for (const prompt of prompts) {
    signal.throwIfAborted();
    const ids = [...(bosId === null ? [] : [bosId]), ...(await port.encode(prompt))];
    if (ids.length > nCtx) throw new UserError('too-long', `“${prompt.slice(0, 40)}” has ${ids.length} tokens; this model takes ${nCtx}.`);
    const request = { model: info.hash, ids, promptLength: ids.length, interventions: [], capture: [], logits: false, analyses: [expertSpec(divide)], generate: null };
    const map = mapOf((await port.ask(request, signal)).analyses[0] ?? null);
    if (map === null) throw new Error('the analysis gave no map.');
    maps.push(map);
    onMap();
  }
  return maps;
}

/** Compares two sets of prompts when asked to. Ends when the panel goes, or the model does. */
export function useComparison(info: ModelInfo): { state: Comparison; start: (first: readonly string[], second: readonly string[], divide: boolean, key: string) => void; cancel: () => void } {
  const actions = useActions();
  const [held, setHeld] = useState<{ model: string; state: Comparison }>({ model: info.hash, state: { status: 'idle' } });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), [info]);
  const start = useCallback(
    (first: readonly string[], second: readonly string[], divide: boolean, key: string) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      const show = (state: Comparison) => {
        if (running.current === mine) setHeld({ model: info.hash, state });
      };
      let done = 0;
      const tell = () => show({ status: 'running', done, of: first.length + second.length });
      const onMap = () => {
        done += 1;
        tell();
      };
      const compare = async () => {
        const a = meanMap(await mapsOf(first, info, actions, divide, mine.signal, onMap));
        const b = meanMap(await mapsOf(second, info, actions, divide, mine.signal, onMap));
        if (a === null || b === null) throw new UserError('no-prompts', 'each side needs a prompt at least.');
        show({ status: 'done', ranked: rankExperts(a, b), key });
      };
      tell();
      compare().catch((error: unknown) => show(isAbort(error) ? { status: 'idle' } : { status: 'failed', message: messageOf(error) }));
    },
    [actions, info],
  );
  const cancel = useCallback(() => running.current?.abort(), []);
  return { state: held.model === info.hash ? held.state : { status: 'idle' }, start, cancel };
}
