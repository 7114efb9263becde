import { parseHook } from '../anatomy/hook-names';
import type { DictionaryOverrides } from '../anatomy/dictionary';
import { foldInputScale } from './fold';
import type { ReadDictionary } from './types';

/** What is known of a public release besides its files. */
interface Release {
  /** Repository on the Hugging Face Hub. */
  readonly repository: string;
  /** As SAELens's registry calls it. */
  readonly name: string;
  /** It was trained on a model with centred writing weights, whether its cfg.json says so or not. */
  readonly isCentered?: boolean;
  /** √d_in / E‖x‖ by layer, where the release gives it besides the weights. */
  readonly normScalingFactors?: readonly number[];
  /** `model/source` on Neuronpedia, where it is known for this hook point. */
  readonly neuronpediaId?: (layer: number, point: string) => string | null;
}

/** Sources: model cards and SAELens's `pretrained_saes.yaml`. Of most releases nothing has to be known. */
const RELEASES: readonly Release[] = [
  {
    repository: 'jbloom/GPT2-Small-SAEs-Reformatted',
    name: 'gpt2-small-res-jb',
    isCentered: true,
    neuronpediaId: (layer, point) => (point === 'hook_resid_pre' ? `gpt2-small/${layer}-res-jb` : null),
  },
  {
    repository: 'tommmcgrath/gpt2-small-mlp-out-saes',
    name: 'gpt2-small-mlp-tm',
    isCentered: true,
    normScalingFactors: [1.0493, 2.3694, 1.6412, 1.8959, 1.8167, 1.5502, 1.3238, 1.1043, 0.9124, 0.6955, 0.362, 0.28515],
  },
];

/** Applies what is known of the release that a repository belongs to. What whoever opens it says goes first. */
export function withRelease(read: ReadDictionary, repository: string | null, overrides: DictionaryOverrides): ReadDictionary {
  const release = RELEASES.find((one) => one.repository === repository);
  if (release === undefined) return read;
  const notes = [...read.notes];
  let { spec, weights } = read;
  const parsed = parseHook(spec.hookName);
  const layer = parsed?.layer ?? null;
  if (release.isCentered === true && !spec.centerInput && overrides.centerInput === undefined) {
    spec = { ...spec, centerInput: true };
    notes.push(`The mean over d_in is taken from every vector first: ${release.name} was trained on a model with centred writing weights.`);
  }
  const scale = layer === null ? undefined : release.normScalingFactors?.[layer];
  const isFolded = notes.some((note) => note.includes('was folded into the weights'));
  if (scale !== undefined && !isFolded && spec.normalizeActivations === 'expected_average_only_in') {
    weights = foldInputScale(weights, scale);
    notes.push(`The input scale ${scale} of ${release.name} was folded into the weights.`);
  }
  const known = layer === null || parsed === null ? null : (release.neuronpediaId?.(layer, parsed.point) ?? null);
  return { ...read, spec, weights, notes, neuronpediaId: read.neuronpediaId ?? known };
}
