import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { blockHook, hookNames } from '../anatomy/hook-names';
import type { HookName } from '../anatomy/hook-names';
import { loadModelFiles } from '../models';
import { filesOf, sharedFolder } from '../testing/golden';
import { relativeError } from './self-check';
import { ask, greedy, nodeBackends, roundedToSteps, starter } from './test-helpers';

/** As a share of the largest |value|; the float32 reference itself is about 1e-7 away from the true value. */
const TOLERANCE = 1e-4;
/** Families that between them use every option of a decoder: in the project. */
const OWN = ['gpt2', 'llama', 'llama_mha_tied', 'llama31', 'gpt_neo', 'gpt_neox', 'bloom', 'gemma2', 'gemma3_text', 'olmo2', 'qwen3_moe'];
/** The others lie beside the checkout; skipped where they don't. */
const BESIDE = ['gpt_neox_seq', 'opt', 'phi', 'mistral', 'qwen2', 'qwen3', 'gemma', 'smollm3', 'granite', 'stablelm', 'starcoder2', 'mixtral', 'olmoe'];
const SHARDED = ['gpt2_bf16_sharded', 'gpt2_f16_sharded', 'llama_bf16_sharded', 'llama_f16_sharded'];

const own = (name: string) => fileURLToPath(new URL(`./golden/${name}/`, import.meta.url));
/** A path that is nowhere when there is nothing beside the checkout: a bare `/opt/` would be somebody's folder. */
const beside = (name: string) => `${sharedFolder('goldens/models') ?? './nothing-beside-the-checkout'}/${name}/`;
const cases = [...OWN.map((name) => [name, own(name)] as const), ...[...BESIDE, ...SHARDED].map((name) => [name, beside(name)] as const)];

interface Golden {
  readonly input_ids: number[];
  readonly loss: number;
  readonly greedy_from_8: number[];
}

/** Float32 tensors of a safetensors file: 8 bytes of header length, JSON header, data. */
function readTensors(bytes: Buffer): Map<string, Float32Array> {
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString()) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, Float32Array>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    expect(entry.dtype).toBe('F32');
    const [start, end] = entry.data_offsets.map((offset) => offset + 8 + headerLength) as [number, number];
    tensors.set(name, new Float32Array(new Uint8Array(bytes.subarray(start, end)).buffer));
  }
  return tensors;
}

async function load(name: string, folder: string) {
  return loadModelFiles(
    { kind: 'files', name, files: filesOf(folder) },
    { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/' },
  );
}

function meanLoss(logits: Float32Array, ids: readonly number[], dVocab: number): number {
  let total = 0;
  for (let pos = 0; pos + 1 < ids.length; pos += 1) {
    const row = logits.subarray(pos * dVocab, (pos + 1) * dVocab);
    const top = Math.max(...row);
    total += top + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - top), 0)) - row[ids[pos + 1]!]!;
  }
  return total / (ids.length - 1);
}

describe.each(nodeBackends)('%s agrees with PyTorch', (backend) => {
  const lines: string[] = [];
  afterAll(() => console.info(lines.join('\n')));

  it.for(cases)('%s', async ([name, folder], { skip }) => {
    skip(!existsSync(folder), 'the reference models beside the checkout are absent');
    const golden = JSON.parse(readFileSync(`${folder}golden.json`, 'utf8')) as Golden;
    const tensors = readTensors(readFileSync(`${folder}golden.safetensors`));
    const files = await load(name, folder);
    const engine = await starter.start(backend);
    const model = await engine.load(files.config, files.storedWeights(), new AbortController().signal);
    expect(model.storage, 'kept as it is stored').toBe(files.storedDtype);
    try {
      const points: [string, HookName][] = [
        ['logits', 'logits'],
        ['resid_pre.0', blockHook(0, 'hook_resid_pre')],
      ];
      for (let layer = 0; layer < files.config.nLayers; layer += 1)
        points.push(
          [`resid_post.${layer}`, blockHook(layer, 'hook_resid_post')],
          [`pattern.${layer}`, blockHook(layer, 'attn.hook_pattern')],
        );
      const answer = await ask(model, { ids: golden.input_ids, capture: points.map(([, hook]) => hook) });
      for (const [key, hook] of points) {
        const error = relativeError(answer.activations[hook]!.data, tensors.get(key)!);
        lines.push(`${backend} ${name} ${key}: ${error.toExponential(1)} of the largest value`);
        expect(error, `${key}; rebuild golden/ with its README's recipe if the reference changed`).toBeLessThan(
          TOLERANCE,
        );
      }
      expect(tensors.size).toBe(points.length);
      // Once more with nobody looking inside: the steps in one go, where the backend has them.
      const alone = await ask(model, { ids: golden.input_ids, capture: ['logits'] });
      expect(relativeError(alone.activations.logits!.data, tensors.get('logits')!), 'logits alone').toBeLessThan(TOLERANCE);
      expect(meanLoss(answer.activations.logits!.data, golden.input_ids, files.config.dVocab)).toBeCloseTo(
        golden.loss,
        4,
      );
      const start = golden.greedy_from_8.slice(0, 8);
      const continued = await ask(model, {
        ids: start,
        generate: { ...greedy(golden.greedy_from_8.length - 8), stopAtEnd: false },
      });
      expect([...start, ...continued.generated!.ids]).toEqual(golden.greedy_from_8);
    } finally {
      model.dispose();
    }
  });

  it.for(cases)('%s in int8 is exactly the model of its rounded weights', async ([name, folder], { skip }) => {
    skip(!existsSync(folder), 'the reference models beside the checkout are absent');
    const golden = JSON.parse(readFileSync(`${folder}golden.json`, 'utf8')) as Golden;
    const files = await load(name, folder);
    const engine = await starter.start(backend);
    const { signal } = new AbortController();
    const rough = await engine.load(files.config, files.storedWeights(), signal, 'int8');
    const rounded = await engine.load(files.config, roundedToSteps(files.weights()), signal);
    expect([rough.storage, rounded.storage]).toEqual(['int8', 'float32']);
    const capture = hookNames(files.config);
    const [given, right] = [await ask(rough, { ids: golden.input_ids, capture }), await ask(rounded, { ids: golden.input_ids, capture })];
    for (const point of capture)
      expect(relativeError(given.activations[point]!.data, right.activations[point]!.data), point).toBeLessThan(TOLERANCE);
    const { data } = given.activations.logits!;
    lines.push(`${backend} ${name} int8: logits ${relativeError(data, readTensors(readFileSync(`${folder}golden.safetensors`)).get('logits')!).toExponential(1)} from the unrounded model's`);
    rough.dispose();
    rounded.dispose();
  });
});
