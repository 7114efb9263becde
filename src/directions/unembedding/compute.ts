import type { HookName } from '../../anatomy/hook-names';
import { rowSize } from '../../anatomy/rows';
import { UserError } from '../../lib/errors';
import { unitVector } from '../../lib/vectors';
import type { DirectionContext, DirectionResult } from '../types';

export interface UnembeddingParams {
  readonly token: string;
  /** −1: read `token` instead. */
  readonly tokenId: number;
}

/**
 * The column of W_U of one token, [d_model], as a unit vector; `rawNorm` is the column's own length.
 *
 * @throws UserError for a text without tokens, an id outside the vocabulary, or a hook point that is not d_model wide.
 */
export async function compute(
  context: Pick<DirectionContext, 'config' | 'encodePlain' | 'unembedding'>,
  params: UnembeddingParams,
  at: HookName,
): Promise<DirectionResult> {
  const { dModel, dVocab } = context.config;
  const width = rowSize(at, context.config);
  if (width !== dModel)
    throw new UserError('vector-length', `a column of W_U has ${dModel} values; "${at}" takes ${width}. Choose a point of the residual stream.`);
  const id = params.tokenId >= 0 ? params.tokenId : (await context.encodePlain(params.token))[0];
  if (id === undefined) throw new UserError('no-token', 'the text for the token is empty.');
  if (id >= dVocab) throw new UserError('unknown-token', `token id ${id} is outside the vocabulary of ${dVocab}.`);
  const [column] = await context.unembedding([id]);
  const unit = column === undefined ? null : unitVector(column);
  if (unit === null) throw new UserError('zero-direction', `the unembedding of token ${id} is zero: it points nowhere.`);
  return { values: unit.values, rawNorm: unit.norm };
}
