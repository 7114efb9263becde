import type { Dictionary, DictionarySource } from '../anatomy/dictionary';
import { abortError } from '../lib/errors';
import { deviceLimits } from '../models/memory';
import { findFiles } from './find';
import { checkFit, checkSense } from './fit';
import { locate } from './folder';
import { formatOf } from './formats';
import { hashOf } from './hash';
import { overridesText } from './overrides';
import { withRelease } from './releases';
import type { DictionaryPorts, FoundFiles } from './types';

/**
 * Opens a dictionary of any known format: finds its files, tells the format from what is in them, reads it into float32, and checks
 * it against the loaded model. What was found and decided stands in `info.notes`.
 *
 * @throws AbortError when cancelled, or a UserError that says what was wrong with the files, or why they don't fit the model.
 */
export async function openDictionary(source: DictionarySource, ports: DictionaryPorts): Promise<Dictionary> {
  const located = await locate(source, ports);
  const { overrides, folderUrl } = located;
  const maxBytes = ports.maxBytes ?? deviceLimits().weights;
  const files: FoundFiles = { ...(await findFiles(located.folder, maxBytes)), overrides, model: ports.config };
  if (ports.signal.aborted) throw abortError();
  ports.onProgress({ stage: 'weights', loadedBytes: files.bytes, totalBytes: files.bytes });
  const read = withRelease(await formatOf(files).read(files), located.repository, overrides);
  checkSense(read, located.name);
  if (ports.config !== null) checkFit(read, ports.config, located.name);
  const { spec, weights, ...about } = read;
  const hash = await hashOf(spec, weights);
  if (ports.signal.aborted) throw abortError();
  ports.onProgress({ stage: 'ready', loadedBytes: files.bytes, totalBytes: files.bytes });
  const said = overridesText(overrides) === '' ? [] : [`Read as was asked: ${overridesText(overrides).slice(1).replaceAll('&', ', ')}.`];
  return {
    info: {
      id: source.kind === 'id' ? source.id : `files:${hash}`,
      name: located.name,
      hash,
      spec,
      ...about,
      notes: [...about.notes, ...said],
      bytes: files.bytes,
      recordsUrl: source.kind === 'id' && source.id.startsWith('catalogue:') ? folderUrl : null,
    },
    weights,
  };
}
