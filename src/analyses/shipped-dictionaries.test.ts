import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogueDictionary } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import { openDictionary } from '../dictionaries';
import { CALIBRATION_TEXT } from '../models/calibration';
import { builtInModel } from '../testing/golden';
import { labPorts, openLab, type Lab } from '../testing/lab';
import { folderAnswer, serve } from '../testing/serve';
import { Session } from '../workers/session';
import type { FeatureActivations } from './feature-activations/compute';
import type { ReconstructionLoss } from './reconstruction-loss/compute';

/** Written by `training/dictionaries/export_metrics.py`: the measuring code of the training, on a text that ships. */
interface Figures {
  readonly folder: HookName;
  readonly sha256: string;
  readonly explained_variance: number;
  readonly l0: number;
  readonly ce_clean: number;
  readonly ce_sae: number;
  readonly ce_zero: number;
  readonly ce_mean: number;
  readonly kl: number;
  readonly recovered_zero: number;
  readonly recovered_mean: number;
}

const PUBLIC = join(import.meta.dirname, '../../public');
const SHIPPED = join(PUBLIC, 'dictionaries/lacuna-16m');
const { ids, dictionaries } = JSON.parse(readFileSync(join(import.meta.dirname, '../dictionaries/golden/metrics.json'), 'utf8')) as { ids: number[]; dictionaries: Figures[] };
/** Losses take four passes each: those of an early, a middle and a late layer, and of an MLP. */
const WITH_LOSSES = ['blocks.1.hook_resid_post', 'blocks.6.hook_resid_post', 'blocks.11.hook_resid_post', 'blocks.6.hook_mlp_out'];

describe.skipIf(builtInModel === null || !existsSync(SHIPPED))('the dictionaries of the built-in model', () => {
  let lab: Lab;
  let server: Awaited<ReturnType<typeof serve>>;
  let session: Session;
  beforeAll(async () => {
    server = await serve(folderAnswer(PUBLIC), true);
    session = new Session({ ...labPorts(), openDictionary: (source, asked) => openDictionary(source, { ...asked, baseUrl: server.url, store: null }) });
    lab = await openLab(session, builtInModel, 'wasm');
    // One pass for all that the analyses read.
    await lab.run({ ids, capture: dictionaries.map(({ folder }) => folder), logits: true });
  }, 60_000);
  afterAll(() => server?.close());

  it('have figures that were measured on these very files', () => {
    expect(dictionaries.length).toBeGreaterThan(12);
    const changed = dictionaries.filter(({ folder, sha256 }) => sha256 !== createHash('sha256').update(readFileSync(join(SHIPPED, folder, 'sae_weights.safetensors'))).digest('hex'));
    expect(changed.map(({ folder }) => folder), 'changed since training/dictionaries/export_metrics.py was run: run it again').toEqual([]);
  });

  it('are measured on the text that ships, as the app splits it', async () => {
    expect(ids).toEqual((await session.tokenize(CALIBRATION_TEXT, true)).ids.slice(0, ids.length));
  });

  it.each(dictionaries.map((one) => [one.folder, one] as const))('%s explains what the training says', { timeout: 60_000 }, async (folder, figures) => {
    const dictionary = catalogueDictionary('lacuna-16m', folder);
    const { explainedVariance, l0, skippedBos } = (await lab.analyse('feature-activations', { ids }, { dictionary })) as FeatureActivations;
    expect(skippedBos).toBe(true);
    expect(explainedVariance).toBeCloseTo(figures.explained_variance, 3);
    expect(Math.abs(l0 - figures.l0)).toBeLessThan(0.05);
  });

  it.each(dictionaries.filter(({ folder }) => WITH_LOSSES.includes(folder)).map((one) => [one.folder, one] as const))('%s costs what the training says', { timeout: 120_000 }, async (folder, figures) => {
    const dictionary = catalogueDictionary('lacuna-16m', folder);
    const [zero, mean] = [
      (await lab.analyse('reconstruction-loss', { ids }, { dictionary, baseline: 'zero' })) as ReconstructionLoss,
      (await lab.analyse('reconstruction-loss', { ids }, { dictionary, baseline: 'mean' })) as ReconstructionLoss,
    ];
    expect(zero).toMatchObject({ lossClean: expect.closeTo(figures.ce_clean, 3), lossSae: expect.closeTo(figures.ce_sae, 2), lossZero: expect.closeTo(figures.ce_zero, 2), klSae: expect.closeTo(figures.kl, 2) });
    expect(zero.recoveredZero).toBeCloseTo(figures.recovered_zero, 2);
    expect(mean).toMatchObject({ lossMean: expect.closeTo(figures.ce_mean, 2), recoveredMean: expect.closeTo(figures.recovered_mean, 2) });
  });
});
