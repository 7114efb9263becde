import * as v from 'valibot';
import type { Dictionary, DictionaryId } from '../anatomy/dictionary';
import type { TrainingState } from '../dictionaries/page-training';
import type { KeptDictionary, TrainingData, TrainingRequest } from './dictionary-training-ports';
import type { Storage } from './ports';

const TRAINING = 'dictionary-training';
const INDEX = 'trained-dictionaries';
const keyOf = (id: DictionaryId) => `dictionary ${id}`;

/** A training that was stopped, with everything that it takes to go on. The activations are computed again. */
export interface StoredTraining {
  readonly request: TrainingRequest;
  readonly data: TrainingData;
  readonly state: TrainingState;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const values = v.instance(Float32Array);
const arrays = v.object({ W_enc: values, b_enc: values, W_dec: values, b_dec: values, W_var: v.exactOptional(values), b_var: v.exactOptional(values) });
const variational = v.object({ klCoefficient: v.number(), variance: v.picklist(['unit', 'learned', 'none']) });
const settings = v.object({ k: count, dSae: count, batch: count, steps: count, lr: v.number(), seed: v.number(), deadAfter: v.number(), variational: v.exactOptional(variational) });
const hook = v.custom<TrainingRequest['hook']>((value) => typeof value === 'string');
const stored = v.object({
  request: v.object({
    hook,
    settings: v.omit(settings, ['deadAfter']),
    promptsName: v.string(),
    prompts: v.array(v.string()),
    model: v.string(),
    modelId: v.string(),
  }),
  data: v.object({ prompts: count, tokens: count, heldOutPrompts: v.array(v.string()), heldOutTokens: count, leftOut: count, cut: count, empty: count }),
  state: v.object({
    settings,
    d: count,
    step: count,
    parameters: arrays,
    first: arrays,
    second: arrays,
    silent: v.instance(Float64Array),
    points: v.array(v.object({ step: count, loss: v.number(), fvu: v.number(), l0: v.number(), dead: v.number(), kl: v.exactOptional(v.number()) })),
    pending: v.object({ steps: count, loss: v.number(), fvu: v.number(), l0: v.number(), kl: v.optional(v.number(), 0) }), // trainings stored before there were variational ones have no kl
  }),
});
const index = v.array(v.object({ id: v.string(), name: v.string(), model: v.string(), bytes: v.number() }));

/** What an earlier visit left; null when there is nothing, or nothing that can be read. */
export async function loadTraining(storage: Storage): Promise<StoredTraining | null> {
  const read = v.safeParse(stored, await storage.read(TRAINING));
  return read.success ? read.output : null;
}

/** @throws UserError 'quota' when there is no room. */
export async function saveTraining(storage: Storage, training: StoredTraining): Promise<void> {
  await storage.write(TRAINING, training);
}

export async function removeTraining(storage: Storage): Promise<void> {
  await storage.remove(TRAINING);
}

/** The dictionaries that were kept. */
export async function loadKept(storage: Storage): Promise<readonly KeptDictionary[]> {
  const read = v.safeParse(index, await storage.read(INDEX));
  return read.success ? read.output : [];
}

/** A kept dictionary itself. Its content hash is its name: whoever opens it can trust that it is the one that was meant. */
export async function loadDictionary(storage: Storage, id: DictionaryId): Promise<Dictionary | null> {
  const value = await storage.read(keyOf(id));
  return isDictionary(value) && value.info.id === id ? value : null;
}

/** Keeps a dictionary, and gives those that are kept then: another tab may keep some too. @throws UserError 'quota' when there is no room. */
export async function saveDictionary(storage: Storage, dictionary: Dictionary, entry: KeptDictionary): Promise<readonly KeptDictionary[]> {
  await storage.write(keyOf(entry.id), dictionary);
  return change(storage, (kept) => [...kept.filter(({ id }) => id !== entry.id), entry]);
}

/** Forgets a kept dictionary, and gives those that are left. */
export async function removeDictionary(storage: Storage, id: DictionaryId): Promise<readonly KeptDictionary[]> {
  const left = await change(storage, (kept) => kept.filter((one) => one.id !== id));
  await storage.remove(keyOf(id));
  return left;
}

async function change(storage: Storage, step: (kept: readonly KeptDictionary[]) => readonly KeptDictionary[]): Promise<readonly KeptDictionary[]> {
  const next = step(await loadKept(storage));
  await storage.write(INDEX, next);
  return next;
}

const dictionaryShape = v.object({
  info: v.object({ id: v.string(), name: v.string(), dIn: count, dSae: count, spec: v.object({ hookName: v.string() }) }),
  weights: v.object({ W_enc: values, b_enc: values, W_dec: values, b_dec: values }),
});
function isDictionary(value: unknown): value is Dictionary {
  return v.safeParse(dictionaryShape, value).success;
}
