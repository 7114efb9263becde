import type { DictionaryOverrides, DictionarySpec, DictionaryWeights } from '../anatomy/dictionary';
import type { LoadProgress } from '../anatomy/model-info';
import type { ModelConfig } from '../anatomy/model-config';
import type { FileStore } from '../models/storage/types';
import type { Tensor } from './containers/tensor';

/** What opening a dictionary needs besides its source. */
export interface DictionaryPorts {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
  /** The page's address: shipped dictionaries lie beside it. */
  readonly baseUrl: string;
  /** Where the Hugging Face Hub, or a mirror of it, lies. */
  readonly hubUrl?: string;
  /** Where downloads are kept; null or left out: nowhere. */
  readonly store?: FileStore | null;
  /** The model that the dictionary is opened for; null: whether it fits isn't asked. */
  readonly config: ModelConfig | null;
  /** Bytes that a dictionary may take as float32. */
  readonly maxBytes?: number;
}

/** A small file's JSON, as far as nobody has checked it. */
export type Json = Readonly<Record<string, unknown>>;

/** A folder with the files of a dictionary, wherever it lies. */
export interface DictionaryFolder {
  /** For messages. */
  readonly place: string;
  /** Repository, folder and file names: many files say only there which layer they belong to. */
  readonly hint: string;
  /** Names of its files where they can be listed, one that lies in several folders as often; null where one has to ask for them by name. */
  readonly names: readonly string[] | null;
  /** The file that was named, of a folder that may have many. */
  readonly chosen: string | null;
  /** A file's bytes, or null where the folder has none of that name. */
  get(name: string, options?: { readonly limit?: number }): Promise<Blob | null>;
}

/** The files of a dictionary, opened as far as is needed to know the format. */
export interface FoundFiles {
  readonly folder: DictionaryFolder;
  /** The file that holds the tensors. */
  readonly file: string;
  readonly bytes: number;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Plain values beside the tensors of a PyTorch file, such as `k`. */
  readonly values: Json;
  /** cfg.json, config.json or hyperparams.json; null without one. */
  readonly config: Json | null;
  readonly overrides: DictionaryOverrides;
  /** d_model, d_mlp and the like of the loaded model: where files don't say which side is which, its widths do. */
  readonly model: ModelConfig | null;
}

/** A dictionary as a format's reader gives it, not yet checked against a model. */
export interface ReadDictionary {
  readonly spec: DictionarySpec;
  readonly weights: DictionaryWeights;
  readonly dIn: number;
  readonly dOut: number;
  readonly dSae: number;
  readonly format: string;
  readonly architecture: string;
  readonly storedDtype: string;
  readonly notes: readonly string[];
  readonly modelName: string | null;
  readonly neuronpediaId: string | null;
}

/** One way in which dictionaries are stored. */
export interface Format {
  /** What a person calls it. */
  readonly name: string;
  /** Whether the files are in this format, told by what is in them. */
  recognises(files: FoundFiles): boolean;
  /** @throws UserError that says what the files lack. */
  read(files: FoundFiles): Promise<ReadDictionary>;
}
