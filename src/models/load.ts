import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceOffer, LoadConsent, LoadProgress, ModelNeeds, ModelSource, StoredFacts } from '../anatomy/model-info';
import type { ModelConfig } from '../anatomy/model-config';
import { weightBytes, type HalfTensor, type StorageChoice, type WeightStorage, type WeightTensor } from '../anatomy/weights';
import { abortError, UserError } from '../lib/errors';
import { stableJson } from '../lib/stable-json';
import { catalogue } from './catalogue';
import { findChatTemplate, type ChatTemplate } from './chat';
import { countParameters, parseConfigText, readConfig } from './config';
import { droppedFolder } from './dropped-folder';
import { textOf, type HeldFile, type Holder, type ModelFolder } from './files';
import { peekWeights } from './headers';
import { hubName } from './hub-address';
import { HUB_URL, hubFiles } from './hub';
import { checkMemory, deviceLimits, type MemoryLimits } from './memory';
import { remoteFolder } from './remote-folder';
import { folderUrl, remoteFiles, type RemoteFiles } from './remote-files';
import { INDEX_FILE, parseIndex, SINGLE_FILE } from './shards';
import { openLibrary } from './storage/library';
import type { FileStore } from './storage/types';
import { readTensors } from './tensors';
import { openPlainTokenizer } from './tokenizer';
import type { ModelFiles, ModelTokenizer, OpenTokenizer } from './types';
import { buildStored, buildWeight, planWeights, storedDtype, type StoredTensor, type WeightPlan } from './weights';

export interface LoadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
  /** The page's address: the catalogue's models lie beside it. */
  readonly baseUrl: string;
  /** Where the Hugging Face Hub, or a mirror of it, lies. */
  readonly hubUrl?: string;
  /** Where downloads are kept; null or left out: nowhere. */
  readonly store?: FileStore | null;
  readonly limits?: MemoryLimits;
  /** Left out: in this thread. */
  readonly openTokenizer?: OpenTokenizer;
  /** What the device has, for `confirm`. */
  readonly offer?: () => Promise<DeviceOffer>;
  /** Asked before the weights are fetched: false cancels the load, true goes on as the source says, or a storage is chosen. */
  readonly confirm?: (needs: ModelNeeds) => Promise<LoadConsent>;
}

/** config.json, tokenizers and indexes are small; a larger one is not what it says it is. */
const MAX_TEXT_FILE = 100_000_000;

/**
 * Reads a model's files and checks them against one another, before any engine is asked. No weight is in memory afterwards, unless
 * neither the browser's storage nor the disk can give it again.
 *
 * @throws AbortError when cancelled, or a UserError that says what was wrong and what to do.
 */
export async function loadModelFiles(source: ModelSource, options: LoadOptions): Promise<ModelFiles> {
  const { folder, id, calibrationText, examplePrompt, isStorable } = await locate(source, options);
  const configText = await readText(folder, 'config.json', options.signal);
  if (configText === null)
    throw new UserError('missing-file', `there is no config.json in ${folder.place}. Give a folder with config.json and model.safetensors (or shards with their index).`);
  const raw = parseConfigText(configText);
  const { family, config } = readConfig(raw);
  const parameters = countParameters(config);
  const limits = options.limits ?? deviceLimits();
  const check = (storage: WeightStorage, heldBytes: number) =>
    checkMemory({ parameters, weights: weightBytes(config, storage), storage }, heldBytes, limits);
  const wish = source.storage ?? null;
  /** Whoever is asked may choose the smallest. */
  const least = (likely: WeightStorage) => (options.confirm === undefined ? likely : 'int8');
  // float16 at least, before the size of the files is known.
  check(least(wish ?? 'float16'), isStorable ? 0 : 2 * parameters);
  const texts = await readTokenizer(folder, options);
  try {
    const found = await findWeightFiles(folder, options.signal);
    const heldInMemory = isStorable ? 0 : (found.bytes ?? 2 * parameters);
    const likely = wish ?? (found.bytes === null || found.bytes < 3 * parameters ? 'float16' : 'float32');
    check(least(likely), heldInMemory);
    const peek = () => peekWeights(folder, found.names, config, family, options.signal);
    const storage = await confirm({ config, parameters, wish, likely, found }, peek, options);
    check(storage ?? likely, heldInMemory);
    const { tensors, hash, keptIn } = await readWeightFiles(folder, raw, found, limits, options);
    const plans = planWeights(config, family, tensors);
    const dtype = storedDtype(plans);
    check(storage ?? dtype, heldInMemory); // a guess, until the files tell
    return {
      id,
      hash,
      config,
      storedDtype: dtype,
      storage,
      parameters,
      ...texts,
      calibrationText,
      examplePrompt,
      keptIn,
      weights: () => weightsOf(plans, buildWeight),
      storedWeights: () => weightsOf(plans, buildStored),
    };
  } catch (error) {
    texts.tokenizer?.close();
    throw error;
  }
}

interface Located {
  readonly folder: ModelFolder;
  readonly id: string;
  readonly calibrationText: string | null;
  readonly examplePrompt: string | null;
  /** False when only memory can hold the files. */
  readonly isStorable: boolean;
}

async function locate(source: ModelSource, { baseUrl, hubUrl, store, onProgress }: LoadOptions): Promise<Located> {
  const none = { calibrationText: null, examplePrompt: null };
  const note = (text: string) => onProgress({ stage: 'files', loadedBytes: 0, totalBytes: null, note: text });
  if (source.kind === 'files') return { folder: droppedFolder(source.name, source.files), id: source.name, isStorable: true, ...none };
  if (source.kind !== 'catalogue') {
    const remote: RemoteFiles = source.kind === 'url' ? remoteFiles(folderUrl(source.url, baseUrl)) : hubFiles(source, hubUrl ?? HUB_URL);
    const library = store == null ? null : await openLibrary(store);
    const id = source.kind === 'url' ? remote.owner : hubName(source);
    return { folder: remoteFolder(remote, library, note), id, isStorable: library !== null, ...none };
  }
  const entry = catalogue.find((one) => one.id === source.id);
  if (entry === undefined)
    throw new UserError('unknown-model', `there is no model "${source.id}" here. Known: ${catalogue.map((one) => one.id).join(', ')}.`);
  // Beside the page: the browser's own cache keeps it (docs/decisions/0004).
  const remote = remoteFiles(folderUrl(`models/${entry.id}/`, baseUrl));
  return { ...entry, folder: remoteFolder(remote, null, note), isStorable: false };
}

async function readText(folder: ModelFolder, name: string, signal: AbortSignal): Promise<string | null> {
  const file = await folder.get(name, { signal, limit: MAX_TEXT_FILE });
  return file === null ? null : textOf(file);
}

/** A file that the model can do without: a page in its place counts as absent too. */
async function readOptionalText(folder: ModelFolder, name: string, signal: AbortSignal): Promise<string | null> {
  const file = await getOptional(folder, name, signal);
  return file === null ? null : textOf(file);
}

async function getOptional(folder: ModelFolder, name: string, signal: AbortSignal): Promise<HeldFile | null> {
  try {
    return await folder.get(name, { signal, limit: MAX_TEXT_FILE });
  } catch (error) {
    if (error instanceof UserError && error.code === 'html-instead') return null;
    throw error;
  }
}

interface Texts {
  readonly tokenizer: ModelTokenizer | null;
  readonly chat: ChatTemplate | null;
}

async function readTokenizer(folder: ModelFolder, { signal, openTokenizer = openPlainTokenizer }: LoadOptions): Promise<Texts> {
  const file = await getOptional(folder, 'tokenizer.json', signal);
  if (file === null) return { tokenizer: null, chat: null };
  const config = await readOptionalText(folder, 'tokenizer_config.json', signal);
  const chat = findChatTemplate(config, await readOptionalText(folder, 'chat_template.jinja', signal));
  return { tokenizer: await openTokenizer(file.blob, config), chat };
}

interface FoundWeights {
  /** In the order of their names. */
  readonly names: readonly string[];
  /** Together; null while nobody has told. */
  readonly bytes: number | null;
  /** Of them, to be downloaded. */
  readonly remoteBytes: number | null;
}

async function findWeightFiles(folder: ModelFolder, signal: AbortSignal): Promise<FoundWeights> {
  const indexText = folder.listed?.includes(SINGLE_FILE) === true ? null : await readOptionalText(folder, INDEX_FILE, signal);
  if (indexText !== null) {
    const { files, totalSize } = parseIndex(indexText);
    const facts = await Promise.all(files.map((name) => folder.describe(name, signal)));
    const missing = facts.indexOf(null);
    if (missing !== -1) throw missingShard(files[missing] ?? '', folder);
    const sum = (of: typeof facts) => of.reduce<number | null>((total, one) => (total === null || one === null || one.size === null ? null : total + one.size), 0);
    return { names: files, bytes: sum(facts) ?? totalSize, remoteBytes: sum(facts.filter((one) => one?.isRemote === true)) ?? totalSize };
  }
  const single = folder.listed?.length === 1 ? (folder.listed[0] ?? SINGLE_FILE) : SINGLE_FILE;
  const facts = await folder.describe(single, signal);
  if (facts === null) throw noWeights(folder);
  return { names: [single], bytes: facts.size, remoteBytes: facts.isRemote ? facts.size : 0 };
}

function noWeights(folder: ModelFolder): UserError {
  const several = folder.listed !== null && folder.listed.length > 1;
  return new UserError(
    'missing-file',
    several
      ? `${folder.place} has several weight files but no ${INDEX_FILE} that says how they belong together.`
      : `there is neither ${SINGLE_FILE} nor ${INDEX_FILE} in ${folder.place}. Other weight formats (.bin, .pt, .gguf) can't be read here.`,
  );
}

function missingShard(name: string, folder: ModelFolder): UserError {
  return new UserError('missing-shard', `${INDEX_FILE} names ${name}, but there is no such file in ${folder.place}. All shards have to lie beside the index.`);
}

const NO_OFFER: DeviceOffer = { memoryBytes: null, storageBytes: null, gpuBufferBytes: null };

interface Found {
  readonly config: ModelConfig;
  readonly parameters: number;
  /** What the source asks for, and what it will probably be. */
  readonly wish: StorageChoice | null;
  readonly likely: WeightStorage;
  readonly found: FoundWeights;
}

/** Asks, and gives how the big matrices are to be kept. @throws AbortError when the answer is no. */
async function confirm({ config, parameters, wish, likely, found }: Found, peek: () => Promise<StoredFacts | null>, { confirm: ask, offer, signal }: LoadOptions): Promise<StorageChoice | null> {
  if (ask === undefined) return wish;
  const stored = await peek();
  const device = (await offer?.()) ?? NO_OFFER;
  const bytes = (storage: WeightStorage) => weightBytes(config, storage);
  const storageBytes = { float32: bytes('float32'), float16: bytes('float16'), int8: bytes('int8') };
  const given = wish ?? (stored === null ? likely : stored.dtype === 'float32' ? 'float32' : 'float16');
  const needs = { parameters, fileBytes: found.bytes, downloadBytes: found.remoteBytes, weightBytes: bytes(given), storageBytes, storage: wish, stored, device };
  const answer = await ask(needs);
  if (answer === false || signal.aborted) throw abortError();
  return answer === true ? wish : (answer.storage ?? null);
}

/** @throws UserError `bad-config` for one that is nested beyond all reason, as only a hostile one is. */
function canonical(config: Readonly<Record<string, unknown>>): string {
  try {
    return stableJson(config);
  } catch {
    throw new UserError('bad-config', 'config.json is nested too deeply to be one. Give the config.json of a Hugging Face model.');
  }
}

interface WeightFiles {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly hash: string;
  readonly keptIn: Holder;
}

async function readWeightFiles(
  folder: ModelFolder,
  config: Readonly<Record<string, unknown>>,
  { names, bytes }: FoundWeights,
  limits: MemoryLimits,
  { signal, onProgress }: LoadOptions,
): Promise<WeightFiles> {
  let hash = sha256.create().update(new TextEncoder().encode(canonical(config)));
  const tensors = new Map<string, StoredTensor>();
  const files: HeldFile[] = [];
  let loadedBytes = 0;
  let total = bytes;
  for (const name of names) {
    const startedAt = loadedBytes;
    const before = hash.clone();
    const file = await folder.get(name, {
      signal,
      limit: limits.total - startedAt,
      sink: {
        restart(size) {
          hash = before.clone();
          loadedBytes = startedAt;
          if (names.length === 1) total = size ?? bytes;
        },
        chunk(chunk) {
          hash.update(chunk);
          loadedBytes += chunk.length;
          onProgress({ stage: 'files', loadedBytes, totalBytes: total === null ? null : Math.max(total, loadedBytes) });
        },
      },
    });
    if (file === null) throw names.length === 1 ? noWeights(folder) : missingShard(name, folder);
    files.push(file);
    for (const tensor of await readTensors(file)) {
      const known = tensors.get(tensor.name);
      if (known !== undefined)
        throw new UserError('bad-index', `the tensor "${tensor.name}" lies in two weight files, ${known.file} and ${name}. The shards don't belong together.`);
      tensors.set(tensor.name, tensor);
    }
  }
  return { tensors, hash: bytesToHex(hash.digest()), keptIn: files.find(({ holder }) => holder === 'memory')?.holder ?? files[0]?.holder ?? 'memory' };
}

/** Bytes after which the worker looks at its messages, so that a load can be cancelled while weights are prepared. */
const BREATH = 16_000_000;

async function* weightsOf<T extends WeightTensor | HalfTensor>(plans: readonly WeightPlan[], build: (plan: WeightPlan) => Promise<T>): AsyncGenerator<T> {
  let since = 0;
  for (const plan of plans) {
    const weight = await build(plan);
    since += weight.data.byteLength;
    if (since > BREATH) {
      since = 0;
      await new Promise((resolve) => setTimeout(resolve));
    }
    yield weight;
  }
}
