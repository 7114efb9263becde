import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogueDictionary } from '../anatomy/dictionary';
import { rowAt } from '../anatomy/rows';
import { openDictionary } from '../dictionaries';
import { builtInModel, sharedFolder } from '../testing/golden';
import { labPorts, openLab } from '../testing/lab';
import { folderAnswer, serve } from '../testing/serve';
import { Session } from '../workers/session';
import type { FeatureActivations } from './feature-activations/compute';

const PUBLIC = join(import.meta.dirname, '../../public');
const INDEX = join(PUBLIC, 'dictionaries/lacuna-16m/index.json');
/** The held-out text isn't part of the project; it is packed with xz. */
const CORPUS = spawnSync('xz', ['--version']).status === 0 ? sharedFolder('corpus') : null;
const HOOKS = ['blocks.1.hook_resid_post', 'blocks.6.hook_resid_post', 'blocks.6.hook_mlp_out'] as const;
const SETS = ['stories', 'dialogues', 'news', 'encyclopedia'];
const TEXTS_PER_SET = 4;
const TOKENS = 256;
/** The report is over all of the held-out text, this over a sample of it. */
const TOLERANCE = 0.015;

function texts(set: string): string[] {
  const { stdout } = spawnSync('xz', ['-dc', join(CORPUS ?? '', `${set}.valid.txt.xz`)], { maxBuffer: 2 ** 30 });
  return stdout.toString('utf8').split('\n<|endoftext|>\n').slice(50).filter((text) => text.length > 600).slice(0, TEXTS_PER_SET);
}

describe.skipIf(builtInModel === null || CORPUS === null || !existsSync(INDEX))('on held-out text the shipped dictionaries', () => {
  it('explain the share of variance that their report says', { timeout: 600_000 }, async () => {
    const server = await serve(folderAnswer(PUBLIC), true);
    const session = new Session({ ...labPorts(), openDictionary: (source, asked) => openDictionary(source, { ...asked, baseUrl: server.url, store: null }) });
    const lab = await openLab(session, builtInModel, 'wasm');
    const report = JSON.parse(readFileSync(INDEX, 'utf8')) as { dictionaries: { hook: string; explained_variance: number }[] };
    const sums = HOOKS.map(() => ({ missed: 0, squares: 0, count: 0, row: new Float64Array(lab.config.dModel) }));
    for (const text of SETS.flatMap(texts)) {
      const ids = (await session.tokenize(text, true)).ids.slice(0, TOKENS);
      const { activations } = await lab.run({ ids, capture: HOOKS });
      for (const [n, hook] of HOOKS.entries()) {
        const sum = sums[n]!;
        const { norm, errorNorm } = (await lab.analyse('feature-activations', { ids }, { dictionary: catalogueDictionary('lacuna-16m', hook) })) as FeatureActivations;
        for (let pos = 1; pos < ids.length; pos += 1) {
          sum.missed += errorNorm.data[pos]! ** 2;
          sum.squares += norm.data[pos]! ** 2;
          sum.count += 1;
          for (const [i, value] of rowAt(activations[hook]!, pos).entries()) sum.row[i]! += value;
        }
      }
    }
    await server.close();
    for (const [n, hook] of HOOKS.entries()) {
      const { missed, squares, count, row } = sums[n]!;
      const variance = squares - row.reduce((total, value) => total + value ** 2 / count, 0);
      const reported = report.dictionaries.find((one) => one.hook === hook)!.explained_variance;
      expect(Math.abs(1 - missed / variance - reported), hook).toBeLessThan(TOLERANCE);
    }
  });
});
