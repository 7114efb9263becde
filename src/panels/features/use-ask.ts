import { useCallback } from 'react';
import type { DictionaryId, FeatureRef } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import { useActions, useStoreApi, useWorkbench } from '../../store/react';
import { selectModelInfo } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import { createLru } from '../../dictionaries/records';
import { activationsOf, activationsRequest, withStart } from './activations';
import type { ReadText } from './own-record';
import { openSource } from './sources';

/** Answers kept: an excerpt's features are all in one answer, and neighbours share excerpts. */
const KEPT = 64;
const answers = createLru<string, Promise<Awaited<ReturnType<ReturnType<typeof useActions>['ask']>>>>(KEPT);

/** Asks the model how strongly a feature fires at each token. */
export function useAsk({ dictionary, index }: FeatureRef): {
  /** Of ids as they are. */
  readonly ofIds: (ids: readonly number[], signal: AbortSignal) => Promise<Float32Array>;
  /** Of a text, with the model's start token in front where it has one. */
  readonly ofText: (text: string, signal: AbortSignal) => Promise<ReadText>;
} {
  const actions = useActions();
  const store = useStoreApi();
  const info = useWorkbench(selectModelInfo);
  const [model, bosId, nCtx] = [info?.hash ?? '', info?.config.bosId ?? null, info?.config.nCtx ?? 0];
  const ofIds = useCallback(
    async (ids: readonly number[], signal: AbortSignal) => {
      const key = `${model} ${dictionary} ${ids.join(' ')}`;
      // Opened by its name first, so that its state tells how that goes and what was found.
      const source = openSource(dictionary);
      if (source !== null && (await actions.openDictionary(source)) === null) throw new UserError('not-open', failureOf(store.getState(), dictionary));
      let answer = answers.get(key);
      if (answer === undefined) {
        answer = actions.ask(activationsRequest(model, ids, dictionary), signal);
        answers.set(key, answer);
        answer.catch(() => answers.delete(key));
      }
      return activationsOf(await answer, index);
    },
    [actions, store, model, dictionary, index],
  );
  const ofText = useCallback(
    async (text: string, signal: AbortSignal) => {
      const ids = withStart(await actions.encode(text), bosId);
      if (ids.length > nCtx) throw new UserError('too-long', `the text has ${ids.length} tokens; the model reads at most ${nCtx}.`);
      const [tokens, values] = await Promise.all([actions.pieces(ids), ofIds(ids, signal)]);
      // Dictionaries are not trained on the start token: what they make of it would drown everything else.
      return { ids, tokens, values: ids[0] === bosId ? values.map((value, pos) => (pos === 0 ? NaN : value)) : values };
    },
    [actions, bosId, nCtx, ofIds],
  );
  return { ofIds, ofText };
}

function failureOf({ dictionaries }: WorkbenchState, id: DictionaryId): string {
  const state = dictionaries.get(id);
  return state?.status === 'failed' ? state.message : 'the dictionary could not be opened.';
}
