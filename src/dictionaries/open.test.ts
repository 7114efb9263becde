import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderAnswer, serve } from '../testing/serve';
import { decode, encode, openDictionary } from '.';

const folder = join(import.meta.dirname, '../../public');
it.skipIf(!existsSync(join(folder, 'dictionaries/trial')))('opens a shipped dictionary by its name', async () => {
  const server = await serve(folderAnswer(folder), true);
  try {
    const dictionary = await openDictionary(
      { kind: 'id', id: 'catalogue:trial/blocks.6.hook_resid_post' },
      { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: server.url, config: null },
    );
    expect(dictionary.info).toMatchObject({ dIn: 320, dSae: 2560, storedDtype: 'float16', spec: { encoder: 'jumprelu', hookName: 'blocks.6.hook_resid_post' } });
    const x = Float32Array.from({ length: 640 }, (_, i) => Math.sin(i));
    const f = encode(dictionary, x, 2);
    expect(decode(dictionary, f, 2, x)).toHaveLength(640);
  } finally {
    await server.close();
  }
});
