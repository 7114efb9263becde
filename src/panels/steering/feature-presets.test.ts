import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogueDictionary } from '../../anatomy/dictionary';
import { blockHook } from '../../anatomy/hook-names';
import { createFeatureService, LABEL_AUC } from '../../dictionaries/records';
import { must } from '../../lib/assert';
import { BUILT_IN_MODEL } from '../../store/document';
import { folderAnswer, serve, type TestServer } from '../../testing/serve';
import { featurePresets } from './feature-presets';

const PUBLIC = join(import.meta.dirname, '../../../public');
/** Labels are told by their scores here, so the words of the tokens don't matter. */
const VOCABULARY = Array.from({ length: 65536 }, (_, id) => ` w${id}`);
const signal = new AbortController().signal;

describe.skipIf(!existsSync(join(PUBLIC, 'dictionaries', BUILT_IN_MODEL)))('ready-made features in the shipped records', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(folderAnswer(PUBLIC), true);
  });
  afterAll(() => server?.close());

  it.each(featurePresets.map((preset) => [preset.id, preset] as const))('%s is live, has a label that holds, and is not pushed beyond what was seen', async (_, { layer, index, coefficient }) => {
    const records = createFeatureService(server.url);
    await records.open(BUILT_IN_MODEL, VOCABULARY, signal);
    const dictionary = catalogueDictionary(BUILT_IN_MODEL, blockHook(layer, 'hook_resid_post'));
    const record = await records.record(dictionary, index, signal);
    // Only a live feature has labels and a largest activation.
    const label = must(record.labels.find(({ auc }) => auc !== null), 'a scored label');
    expect(label.auc).toBeGreaterThanOrEqual(LABEL_AUC);
    expect(label.controlAuc).toBeLessThan(LABEL_AUC);
    expect(coefficient).toBeLessThanOrEqual(must(record.maxActivation, 'its largest activation'));
  });
});
