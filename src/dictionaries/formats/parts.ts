import type { DictionaryWeights } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import { transposed, type Tensor } from '../containers/tensor';
import { decoderNorms } from '../fold';
import type { FoundFiles } from '../types';

/** What a reader finds and decides, each a sentence for the page. */
export type Notes = string[];

/** Weights besides the four that every dictionary has, absent unless a reader adds them. */
export const NO_EXTRAS = { threshold: null, gated: null, W_skip: null, scalingFactor: null } as const satisfies Partial<DictionaryWeights>;

/** A tensor by its name. @throws UserError `missing-tensor`. */
export function tensorOf({ tensors, file }: FoundFiles, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined)
    throw new UserError('missing-tensor', `${file} has no tensor "${name}"; it has ${listed([...tensors.keys()])}. A dictionary of this kind needs it.`);
  return tensor;
}

/** Names for a message, not more than a dozen. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => name.slice(0, 60));
  if (names.length === 0) return 'none';
  return shown.join(', ') + (names.length > shown.length ? ` and ${names.length - shown.length} more` : '');
}

const shapeText = (tensor: Tensor) => `[${tensor.shape.join(', ')}]`;

/** The length of a vector, from its shape alone. @throws UserError `missing-tensor` or `misshapen-tensor`. */
export function lengthOf(files: FoundFiles, name: string): number {
  const tensor = tensorOf(files, name);
  const length = tensor.shape[0];
  if (tensor.shape.length !== 1 || length === undefined || length < 1)
    throw new UserError('misshapen-tensor', `${tensor.file}: "${name}" has shape ${shapeText(tensor)}, but has to be one row of numbers.`);
  return length;
}

/** A vector of a known length. A single number is spread where `spreads` allows it. @throws UserError `misshapen-tensor` or `not-finite`. */
export async function vectorOf(files: FoundFiles, name: string, length: number, { spreads = false, infinite = false } = {}): Promise<Float32Array> {
  const tensor = tensorOf(files, name);
  const isSingle = spreads && (tensor.shape.length === 0 || (tensor.shape.length === 1 && tensor.shape[0] === 1));
  if (!isSingle && (tensor.shape.length !== 1 || tensor.shape[0] !== length))
    throw new UserError('misshapen-tensor', `${tensor.file}: "${name}" has shape ${shapeText(tensor)}, but [${length}] is needed. The tensors don't belong together.`);
  const values = checkFinite(tensor, await tensor.values(), infinite);
  return isSingle ? new Float32Array(length).fill(values[0] ?? 0) : values;
}

/** @param infinite allows infinities: a threshold of a feature that never fires. */
export function checkFinite(tensor: Tensor, values: Float32Array, infinite = false): Float32Array {
  const bad = values.findIndex((value) => (infinite ? Number.isNaN(value) : !Number.isFinite(value)));
  if (bad !== -1)
    throw new UserError('not-finite', `${tensor.file}: value ${bad} of "${tensor.name}" is ${values[bad]}: the file is damaged, or its numbers overflowed when it was written.`);
  return values;
}

export interface Matrix {
  readonly values: Float32Array;
  /** The side that isn't the features'. */
  readonly width: number;
}

/**
 * A matrix with the features along the rows (`W_dec [d_sae, d_out]`) or the columns (`W_enc [d_in, d_sae]`), turned where it is
 * stored the other way round. Which side is which is told by the number of features; where both sides are equal nothing tells it.
 *
 * @param documented how the format stores it: settles square matrices; null where that is not certain.
 * @throws UserError `misshapen-tensor` or `square`.
 */
export async function matrixOf(
  files: FoundFiles,
  name: string,
  dSae: number,
  wanted: 'features-are-rows' | 'features-are-columns',
  notes: Notes,
  { label = name, documented = null, silent = false }: { label?: string; documented?: 'features-are-rows' | 'features-are-columns' | null; silent?: boolean } = {},
): Promise<Matrix> {
  const tensor = tensorOf(files, name);
  const { rows, columns, stored } = orientationOf(tensor, dSae, documented);
  const values = checkFinite(tensor, await tensor.values());
  const width = stored === 'features-are-rows' ? columns : rows;
  if (stored === wanted) return { values, width };
  if (!silent) notes.push(`${label} was stored transposed.`);
  return { values: transposed(values, rows, columns), width };
}

/** Which side of a matrix the features are on, from its shape alone. @throws UserError `misshapen-tensor` or `square`. */
export function orientationOf(
  tensor: Tensor,
  dSae: number,
  documented: 'features-are-rows' | 'features-are-columns' | null,
): { readonly rows: number; readonly columns: number; readonly stored: 'features-are-rows' | 'features-are-columns' } {
  const [rows = 0, columns = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || (rows !== dSae && columns !== dSae) || rows < 1 || columns < 1)
    throw new UserError('misshapen-tensor', `${tensor.file}: "${tensor.name}" has shape ${shapeText(tensor)}, but one of two sides has to be the ${dSae} features. The tensors don't belong together.`);
  if (rows !== columns) return { rows, columns, stored: rows === dSae ? 'features-are-rows' : 'features-are-columns' };
  if (documented === null)
    throw new UserError(
      'square',
      `${tensor.file}: "${tensor.name}" has as many features as its input is wide (${rows}), so that nothing tells which side is which, and this app doesn't guess. Convert the dictionary to the SAELens layout, where W_enc is [d_in, d_sae].`,
    );
  return { rows, columns, stored: documented };
}

/** The number type that most of the weights are stored in. */
export function storedDtypeOf({ tensors }: FoundFiles): string {
  const numbers = new Map<string, number>();
  for (const { dtype, shape } of tensors.values()) numbers.set(dtype, (numbers.get(dtype) ?? 0) + shape.reduce((product, n) => product * n, 1));
  return [...numbers].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'float32';
}

/** Says whether decoder rows have length 1. */
export function noteNorms(W_dec: Float32Array, dSae: number, notes: Notes): void {
  const norms = decoderNorms(W_dec, dSae);
  const mean = norms.reduce((sum, norm) => sum + norm, 0) / dSae;
  const isFolded = norms.every((norm) => norm === 0 || Math.abs(norm - 1) < 0.01);
  const least = norms.reduce((one, other) => Math.min(one, other));
  const most = norms.reduce((one, other) => Math.max(one, other));
  notes.push(
    isFolded
      ? 'Decoder norms are folded: yes, every row of W_dec has length 1.'
      : `Decoder norms are folded: no, rows of W_dec have a mean length of ${mean.toPrecision(3)} (${least.toPrecision(3)} to ${most.toPrecision(3)}).`,
  );
}

export function noteBDec(isSubtracted: boolean, notes: Notes): void {
  notes.push(isSubtracted ? 'b_dec is subtracted from the input.' : 'b_dec is not subtracted from the input.');
}

/** A start token's activation is many times as long as any other, and unknown to a dictionary that was trained without one. */
export function noteNoBos(notes: Notes): void {
  notes.push('The texts that it was trained on had no start token: at one, and just behind it, its features mean little.');
}
