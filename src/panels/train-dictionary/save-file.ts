import type { Dictionary } from '../../anatomy/dictionary';

/** Saves a dictionary as SAELens reads it: cfg.json and sae_weights.safetensors in a zip. */
export async function saveDictionaryFile(dictionary: Dictionary): Promise<void> {
  const { exportSaelensZip } = await import('../../dictionaries/export');
  const url = URL.createObjectURL(new Blob([exportSaelensZip(dictionary)], { type: 'application/zip' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${dictionary.info.name.replace(/[^\w.-]+/g, '-')}.zip`;
  link.click();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
