import { useEffect, useState } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import { isAbort, messageOf } from '../../lib/errors';
import { useActions } from '../../store/react';
import type { Sparse } from './activations';
import { encodePrompt, type PromptModel } from './set-run';
import { activationsSpec } from './settings';

interface Other {
  readonly key: string;
  readonly sparse: Sparse | null;
  readonly problem: string | null;
}

/** The features of the other prompt, in the unchanged model; null before there are any. A newer text takes the place of an older one. */
export function useOther(model: PromptModel, dictionary: DictionaryId, prompt: string): { sparse: Sparse | null; problem: string | null; isLoading: boolean } {
  const { encode, ask } = useActions();
  const [other, setOther] = useState<Other | null>(null);
  const { hash, nCtx, startId } = model;
  const key = [hash, dictionary, prompt].join('\n');
  const isAsked = dictionary !== '' && prompt.trim() !== '';
  useEffect(() => {
    if (!isAsked) return;
    const controller = new AbortController();
    encodePrompt({ encode, ask }, { hash, nCtx, startId }, { prompt, spec: activationsSpec(dictionary), signal: controller.signal }).then(
      (sparse) => setOther({ key, sparse, problem: null }),
      (error: unknown) => {
        if (!isAbort(error) && !controller.signal.aborted) setOther({ key, sparse: null, problem: messageOf(error) });
      },
    );
    return () => controller.abort();
  }, [encode, ask, hash, nCtx, startId, dictionary, prompt, key, isAsked]);
  if (!isAsked) return { sparse: null, problem: null, isLoading: false };
  return { sparse: other?.sparse ?? null, problem: other?.key === key ? other.problem : null, isLoading: other?.key !== key };
}
