import type { Dictionary, DictionaryId, DictionarySource } from '../anatomy/dictionary';
import { parseDictionaryId } from '../anatomy/dictionary';
import type { ModelConfig } from '../anatomy/model-config';
import type { LoadProgress } from '../anatomy/model-info';
import { checkFit } from '../dictionaries/fit';
import { abortError, UserError } from '../lib/errors';

/** Reads a dictionary from where it lies. @throws UserError that says what is wrong with the files. */
export type OpenDictionary = (source: DictionarySource, asked: OpenControl & { readonly config: ModelConfig }) => Promise<Dictionary>;

export interface OpenControl {
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

export interface DictionariesPorts {
  readonly open: OpenDictionary;
  /** Told of each that is closed, or that has to give back what a backend keeps of it. */
  readonly release: (dictionary: Dictionary) => void;
  /** Does a piece of work once no request is being computed. */
  readonly whenIdle: (work: () => void) => void;
  /** Told when a name that meant one dictionary now means another: what was computed with it is out of date. */
  readonly changed: () => void;
}

interface Opened {
  readonly dictionary: Dictionary;
  /** Where it can be read from again; null for one that exists nowhere else. */
  readonly source: DictionarySource | null;
}

/** Weights that stay at hand, in bytes of float32. */
const MOST_BYTES = 768 * 2 ** 20;

/**
 * The dictionaries that are open for one model. Within a budget of bytes: beyond it the least lately used are put away, and read
 * again when they are asked for. That happens between requests only, so that none goes while it is in use.
 */
export class Dictionaries {
  readonly #ports: DictionariesPorts;
  readonly #budget: number;
  /** In the order of use: a Map keeps it. */
  readonly #open = new Map<DictionaryId, Opened>();
  /** Put away, but the page goes on naming them. */
  readonly #away = new Map<DictionaryId, DictionarySource>();
  readonly #opening = new Map<DictionaryId, Promise<Dictionary>>();
  /** What each name last stood for. */
  readonly #hashes = new Map<DictionaryId, string>();
  /** Counted up when another model takes over: what was opened for the one before is too late. */
  #generation = 0;

  constructor(ports: DictionariesPorts, budgetBytes = MOST_BYTES) {
    this.#ports = ports;
    this.#budget = budgetBytes;
  }

  /** The one that is open under this name, which then counts as used last; null without one. */
  find(id: DictionaryId): Dictionary | null {
    const known = this.#open.get(id);
    if (known === undefined) return null;
    this.#open.delete(id);
    this.#open.set(id, known);
    return known.dictionary;
  }

  /**
   * Opens a dictionary for a model of this shape, or gives the one that is open.
   *
   * @throws UserError that says what was wrong with the files, or why they don't fit the model; AbortError.
   */
  async open(source: DictionarySource, config: ModelConfig, control: OpenControl): Promise<Dictionary> {
    if (source.kind === 'files') return this.#read(source, config, control);
    for (;;) {
      if (control.signal.aborted) throw abortError();
      const known = this.find(source.id);
      if (known !== null) return known;
      const underWay = this.#opening.get(source.id);
      if (underWay === undefined) break;
      await underWay.catch(() => undefined); // whoever began it may have given it up, or failed: then it is this one's turn
    }
    const reading = this.#read(this.#away.get(source.id) ?? sourceOf(source.id), config, control);
    this.#opening.set(source.id, reading);
    try {
      return await reading;
    } finally {
      this.#opening.delete(source.id);
    }
  }

  /** The same for whoever only has a name, such as a request. */
  need(id: DictionaryId, config: ModelConfig, signal: AbortSignal): Promise<Dictionary> {
    return this.open({ kind: 'id', id }, config, { onProgress: () => undefined, signal });
  }

  /** Takes one that was made here, such as one that was trained, and gives it. @throws UserError when it doesn't fit the model. */
  put(dictionary: Dictionary, config: ModelConfig): Dictionary {
    checkFit(dictionary.info, config, dictionary.info.name);
    this.#keep(dictionary, null);
    return dictionary;
  }

  close(id: DictionaryId): void {
    this.#away.delete(id);
    const known = this.#open.get(id);
    if (known === undefined) return;
    this.#open.delete(id);
    this.#ports.release(known.dictionary);
  }

  /** Closes all: another model has come. */
  clear(): void {
    this.#generation += 1;
    for (const id of [...this.#open.keys()]) this.close(id);
    this.#away.clear();
  }

  /** Lets go of what the backend keeps; the weights stay at hand. */
  releaseAll(): void {
    for (const { dictionary } of this.#open.values()) this.#ports.release(dictionary);
  }

  /** Puts away the least lately used beyond the budget, but never the one that was used last. */
  #trim(): void {
    let bytes = [...this.#open.values()].reduce((sum, { dictionary }) => sum + weightBytes(dictionary), 0);
    for (const [id, { dictionary, source }] of [...this.#open]) {
      if (bytes <= this.#budget || this.#open.size === 1) return;
      if (source === null || id === [...this.#open.keys()].at(-1)) continue; // it could not be had again, or it is the latest
      bytes -= weightBytes(dictionary);
      this.close(id);
      this.#away.set(id, source);
    }
  }

  async #read(source: DictionarySource, config: ModelConfig, control: OpenControl): Promise<Dictionary> {
    const mine = this.#generation;
    const dictionary = await this.#ports.open(source, { ...control, config });
    if (control.signal.aborted) throw abortError();
    if (mine !== this.#generation) throw new UserError('other-model', 'another model was loaded meanwhile: open the dictionary again for that one.');
    checkFit(dictionary.info, config, dictionary.info.name);
    this.#keep(dictionary, source);
    return this.find(dictionary.info.id) ?? dictionary;
  }

  #keep(dictionary: Dictionary, source: DictionarySource | null): void {
    const { id } = dictionary.info;
    this.#away.delete(id);
    if (this.#open.has(id)) return;
    this.#open.set(id, { dictionary, source });
    const before = this.#hashes.get(id) ?? dictionary.info.hash;
    this.#hashes.set(id, dictionary.info.hash);
    if (before !== dictionary.info.hash) this.#ports.changed();
    this.#ports.whenIdle(() => this.#trim());
  }
}

/** @throws UserError for a name that nothing can be read from. */
function sourceOf(id: DictionaryId): DictionarySource {
  const parsed = parseDictionaryId(id);
  if (parsed === null) throw new UserError('unknown-dictionary', id === '' ? 'no dictionary is chosen.' : `"${id}" names no dictionary.`);
  if (parsed.kind === 'files') throw new UserError('needs-files', 'this dictionary was dropped into the page: drop its files again to open it.');
  if (parsed.kind === 'trained')
    throw new UserError('needs-files', 'this dictionary was trained in another page and lies nowhere else: train it again, or drop its exported files.');
  return { kind: 'id', id };
}

function weightBytes({ weights, info }: Dictionary): number {
  const { W_enc, W_dec, W_skip } = weights;
  return W_enc.byteLength + W_dec.byteLength + (W_skip?.byteLength ?? 0) + 4 * 4 * info.dSae;
}
