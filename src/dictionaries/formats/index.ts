import { UserError } from '../../lib/errors';
import type { Format, FoundFiles } from '../types';
import { hasAll } from './build';
import { circuitTracer } from './circuit-tracer';
import { connorRob } from './connor-rob';
import { dictionaryLearning } from './dictionary-learning';
import { gemmaScope1, gemmaScope2 } from './gemma-scope';
import { llamaScope } from './llama-scope';
import { openai } from './openai';
import { listed } from './parts';
import { qwenScope } from './qwen-scope';
import { saelens, SAELENS_WEIGHTS } from './saelens';
import { shipped } from './shipped';
import { sparseMlp } from './sparse-mlp';
import { sparsify } from './sparsify';

/** Every format that is read, in the order in which they are tried: the ones with the clearest marks first. */
export const formats: readonly Format[] = [
  shipped, saelens, gemmaScope1, gemmaScope2, sparsify, openai, llamaScope, connorRob, dictionaryLearning, qwenScope, circuitTracer, sparseMlp,
];

/** The format of a folder's files, told by what is in them. @throws UserError `unknown-format` or `unsupported-architecture`. */
export function formatOf(files: FoundFiles): Format {
  // Crosscoders have an axis of sites (or models) besides input and features.
  if (files.tensors.get('W_enc')?.shape.length === 3)
    throw new UserError('unsupported-architecture', `${files.file} is a crosscoder: it reads several layers or models at once, which this app doesn't open.`);
  const format = formats.find((one) => one.recognises(files));
  if (format !== undefined) return format;
  if (files.file === SAELENS_WEIGHTS && files.config === null && hasAll(files, 'W_enc', 'W_dec', 'b_dec'))
    throw new UserError('missing-file', `${files.folder.place} has ${SAELENS_WEIGHTS} without cfg.json, which says where in the model it belongs, how it encodes and whether b_dec is subtracted. Give both files.`);
  throw new UserError(
    'unknown-format',
    `${files.file} holds ${listed([...files.tensors.keys()])}, which is no dictionary in a format that is known here (${formats.map(({ name }) => name).join(', ')}).`,
  );
}
