import type { StoredFacts } from '../anatomy/model-info';
import type { ModelConfig } from '../anatomy/model-config';
import type { Family } from './families/types';
import type { ModelFolder, Peek } from './files';
import { headerEnd, PREAMBLE, readPlaces } from './safetensors';
import { partBytes, planWeights, storedDtype, type StoredTensor } from './weights';

/** Bytes that are asked for at first: the header of a small model is in them whole. */
const FIRST = 65_536;

/**
 * What the weight files hold, told by their own headers before anything else of them is fetched. Files that don't fit the config are
 * so found out before they are downloaded.
 *
 * @returns null where the headers can't be had without the files.
 * @throws UserError as `readPlaces` and `planWeights` do, AbortError.
 */
export async function peekWeights(folder: ModelFolder, names: readonly string[], config: ModelConfig, family: Family, signal: AbortSignal): Promise<StoredFacts | null> {
  const tensors = new Map<string, StoredTensor>();
  for (const found of await Promise.all(names.map((name) => peekTensors(folder, name, signal)))) {
    if (found === null) return null;
    for (const tensor of found) tensors.set(tensor.name, tensor);
  }
  const plans = planWeights(config, family, tensors);
  const bytes = [...tensors.values()].reduce((sum, { begin, end }) => sum + end - begin, 0);
  return { dtype: storedDtype(plans), tensors: tensors.size, bytes, usedBytes: plans.reduce((sum, plan) => sum + partBytes(plan), 0) };
}

async function peekTensors(folder: ModelFolder, name: string, signal: AbortSignal): Promise<StoredTensor[] | null> {
  const first = await folder.peek(name, FIRST, signal);
  if (first === null || first.bytes.length < Math.min(PREAMBLE, first.size)) return null;
  const end = headerEnd(first.bytes, first.size, name);
  const whole: Peek | null = first.bytes.length >= end ? first : await folder.peek(name, end, signal);
  if (whole === null || whole.size !== first.size || whole.bytes.length < end) return null;
  const unread = () => Promise.reject(new Error(`${name} is not here yet.`));
  return readPlaces(whole.bytes.subarray(0, end), first.size, name).map((place) => ({ ...place, read: unread }));
}
