import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogueDictionary } from '../../anatomy/dictionary';
import { blockHook } from '../../anatomy/hook-names';
import type { InterventionSpec } from '../../anatomy/run';
import { openDictionary } from '../../dictionaries';
import { createFeatureService, LABEL_AUC } from '../../dictionaries/records';
import { must } from '../../lib/assert';
import { BUILT_IN_MODEL } from '../../store/document';
import { builtInModel } from '../../testing/golden';
import { greedy, labPorts, openLab } from '../../testing/lab';
import { folderAnswer, serve, type TestServer } from '../../testing/serve';
import { Session } from '../../workers/session';
import { featurePresets, presetGroup } from './feature-presets';

const PUBLIC = join(import.meta.dirname, '../../../public');
/** Labels are told by their scores here, so the words of the tokens don't matter. */
const VOCABULARY = Array.from({ length: 65536 }, (_, id) => ` w${id}`);
const PROMPT = 'Once upon a time, there was a little girl named Lily.';
/** Words that a preset's note promises, and that the story without it lacks. */
const PROMISED: Readonly<Record<string, RegExp>> = { 'feature-he': /\bHe\b.*\bhis toys/s, 'feature-they': /\bThey\b.*\bpark/s, 'feature-food': /fruits.*potatoes/s };
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

  it.skipIf(builtInModel === null)('change a greedy story as their notes say', { timeout: 60_000 }, async () => {
    const session = new Session({ ...labPorts(), openDictionary: (source, asked) => openDictionary(source, { ...asked, baseUrl: server.url, store: null }) });
    const lab = await openLab(session, builtInModel, 'wasm');
    const { ids } = await session.tokenize(PROMPT, true);
    const story = async (interventions: readonly InterventionSpec[]) => {
      const { generated } = await lab.run({ ids, interventions, generate: greedy(36) });
      return session.decode(must(generated, 'new text').ids);
    };
    const base = await story([]);
    for (const preset of featurePresets) {
      const promised = must(PROMISED[preset.id], `what ${preset.id} promises`);
      expect(base).not.toMatch(promised);
      expect(await story(presetGroup(preset).members), preset.id).toMatch(promised);
    }
  });
});
