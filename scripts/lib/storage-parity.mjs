import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roundedFile } from './rounded.mjs';

/** Stored in float32, and between them: weights stored both ways round, tied and not, gains as 1 + w, grouped heads, experts. */
export const STORAGE_MODELS = ['gpt2', 'llama', 'gemma2', 'mixtral', 'qwen3_moe'];
export const STORAGES = ['float16', 'int8'];

/** Copies of the models with their weights rounded beforehand, in a folder of their own until `remove`. */
export function storageFolders(models) {
  const path = mkdtempSync(join(tmpdir(), 'lacuna-rounded-'));
  return {
    path,
    models: models.map((model) => {
      const roundedUrls = {};
      for (const storage of STORAGES) {
        const folder = join(path, model.name, storage);
        mkdirSync(folder, { recursive: true });
        copyFileSync(join(model.path, 'config.json'), join(folder, 'config.json'));
        writeFileSync(join(folder, 'model.safetensors'), roundedFile(join(model.path, 'model.safetensors'), storage));
        roundedUrls[storage] = `/rounded/${model.name}/${storage}/`;
      }
      return { ...model, roundedUrls };
    }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
