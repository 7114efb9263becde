import { createContext, useContext } from 'react';
import type { DictionaryId } from '../anatomy/dictionary';
import { must } from '../lib/assert';
import type { FeatureLibrary } from '../panels/features/library';
import type { NumericsJob } from '../panels/numerics/job';
import type { DictionaryTraining } from '../store/dictionary-training';
import type { PromptSets } from '../store/prompt-sets';
import type { useStoreApi } from '../store/react';

/** What the shell needs from whoever wired the parts together; `bootstrap.ts` gives it. */
export interface Wiring {
  readonly store: ReturnType<typeof useStoreApi>;
  readonly promptSets: PromptSets;
  /** The dictionary that is trained on prompts, of which there is one at a time. */
  readonly training: DictionaryTraining;
  /** The comparison of this backend with the reference. */
  readonly numerics: NumericsJob;
  /** Feature records of the loaded model. */
  readonly features: FeatureLibrary;
  /** The whole URL that opens the present document elsewhere. */
  permalink(): Promise<string>;
  /** A dictionary as SAELens files (float32) in a zip. @throws UserError */
  exportDictionary(id: DictionaryId): Promise<Uint8Array<ArrayBuffer>>;
  /** Live tensors in the engine. */
  numTensors(): Promise<number>;
}

const PortContext = createContext<Wiring | null>(null);
export const WorkbenchPort = PortContext.Provider;

/** The wiring around this component, for what the store doesn't offer. */
export function usePort(): Wiring {
  return must(useContext(PortContext), 'the WorkbenchPort around this component');
}
