import { UserError } from '../../lib/errors';
import type { Format, FoundFiles } from '../types';
import { listed } from './parts';
import { saelens } from './saelens';
import { shipped } from './shipped';

/** Every format that is read, in the order in which they are tried: the ones with the clearest marks first. */
export const formats: readonly Format[] = [shipped, saelens];

/** The format of a folder's files, told by what is in them. @throws UserError `unknown-format`. */
export function formatOf(files: FoundFiles): Format {
  const format = formats.find((one) => one.recognises(files));
  if (format === undefined)
    throw new UserError(
      'unknown-format',
      `${files.file} holds ${listed([...files.tensors.keys()])}, which is no dictionary in a format that is known here (${formats.map(({ name }) => name).join(', ')}).`,
    );
  return format;
}
