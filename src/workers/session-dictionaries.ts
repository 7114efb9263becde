import { parseDictionaryId, type Dictionary, type DictionaryId, type DictionaryInfo, type OpenSource } from '../anatomy/dictionary';
import { decoderRow } from '../anatomy/decoder-row';
import type { ModelConfig } from '../anatomy/model-config';
import type { LoadProgress } from '../anatomy/model-info';
import type { RunRequest } from '../anatomy/run';
import { releaseDictionary } from '../engine';
import { UserError } from '../lib/errors';
import { Dictionaries, type OpenDictionary } from './dictionaries';
import { dictionariesOf } from './methods';

/** How a session gets at dictionaries. */
export interface SessionDictionaryPorts {
  /** Left out: none can be opened. */
  readonly openDictionary?: OpenDictionary;
  /** Rows of W_dec of a dictionary that isn't open, without the rest of it; null where that can't be had. Left out: never. */
  readonly readDecoderRows?: (id: DictionaryId, features: readonly number[], signal: AbortSignal) => Promise<Float32Array[] | null>;
  /** Weights that stay at hand, in bytes of float32. */
  readonly dictionaryBytes?: number;
}

/** The session around it. */
export interface DictionaryHost {
  /** The shape of the loaded model. @throws UserError 'no-model' */
  config(): ModelConfig;
  /** Does a piece of work when no request is being computed. */
  whenIdle(work: () => void): Promise<void>;
  /** What was computed with a dictionary is out of date. */
  forgetPasses(): void;
}

/** Beyond this many rows the whole dictionary is the shorter way. */
const FEW_ROWS = 8;

/** The dictionaries of a session: opened beside whatever is computed, closed between requests. */
export class SessionDictionaries {
  readonly #ports: SessionDictionaryPorts;
  readonly #host: DictionaryHost;
  readonly #open: Dictionaries;
  /** Those that the page closed, while something is still computed; it may open them again meanwhile. */
  readonly #closing = new Set<DictionaryId>();

  constructor(ports: SessionDictionaryPorts, host: DictionaryHost) {
    this.#ports = ports;
    this.#host = host;
    const open = ports.openDictionary ?? (() => Promise.reject(new UserError('no-dictionaries', 'dictionaries can’t be opened here.')));
    const whenIdle = (work: () => void) => void host.whenIdle(work);
    this.#open = new Dictionaries({ open, release: releaseDictionary, whenIdle, changed: () => host.forgetPasses() }, ports.dictionaryBytes);
  }

  /** See `Runner.openDictionary`. */
  async open(source: OpenSource, onProgress: (progress: LoadProgress) => void, signal: AbortSignal): Promise<DictionaryInfo> {
    const config = this.#host.config();
    if (source.kind === 'id') this.#closing.delete(source.id);
    const { info } = source.kind === 'trained' ? this.#open.put(source.dictionary, config) : await this.#open.open(source, config, { onProgress, signal });
    this.#closing.delete(info.id); // of dropped files the name is known only now
    return info;
  }

  /** The dictionary of this name, opened if it isn't. @throws UserError */
  async need(id: DictionaryId, signal: AbortSignal): Promise<Dictionary> {
    return this.#open.need(id, this.#host.config(), signal);
  }

  /** Those of a request that aren't open. Names that mean nothing are refused when it is answered. */
  missing(request: RunRequest): DictionaryId[] {
    return dictionariesOf(request).filter((id) => parseDictionaryId(id) !== null && this.#open.find(id) === null);
  }

  close(id: DictionaryId): Promise<void> {
    this.#closing.add(id);
    return this.#host.whenIdle(() => {
      if (this.#closing.delete(id)) this.#open.close(id);
    });
  }

  /** Rows of W_dec, copied. @throws UserError for a feature that there isn't. */
  async decoderRows(id: DictionaryId, features: readonly number[], signal: AbortSignal): Promise<Float32Array[]> {
    if (features.length <= FEW_ROWS && this.#open.find(id) === null) {
      const rows = await this.#ports.readDecoderRows?.(id, features, signal);
      if (rows != null) return rows;
    }
    const dictionary = await this.need(id, signal);
    return features.map((feature) => decoderRow(dictionary, feature).slice());
  }

  /** Another model closes all; the same one on another backend only takes away what that kept. */
  modelCame(isSame: boolean): void {
    if (isSame) this.#open.releaseAll();
    else this.#open.clear();
  }
}
