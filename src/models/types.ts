import type { ModelConfig } from '../anatomy/model-config';
import type { HalfTensor, StorageChoice, WeightStorage, WeightTensor } from '../anatomy/weights';
import type { ChatTemplate } from './chat';

/** A model's files, read and checked, ready to be given to an engine. */
export interface ModelFiles {
  readonly id: string;
  /** SHA-256 (hex) over the canonical config.json and the weight files, in the order of their names. */
  readonly hash: string;
  readonly config: ModelConfig;
  readonly storedDtype: Exclude<WeightStorage, 'int8'>;
  /** How its big matrices are to be kept; null: as they are stored. */
  readonly storage: StorageChoice | null;
  readonly parameters: number;
  readonly tokenizer: ModelTokenizer | null;
  /** How the model wants a conversation written; null where it doesn't say. */
  readonly chat: ChatTemplate | null;
  readonly calibrationText: string | null;
  readonly examplePrompt: string | null;
  /** Where the weights are read from: the dropped files, this browser's storage, or memory where nothing else can give them again. */
  readonly keptIn: 'disk' | 'stored' | 'memory';
  /** The weights, one at a time, in the engine's names and layout. Can be asked for again when the backend changes. */
  weights(): AsyncIterable<WeightTensor>;
  /** The same, but big matrices that are stored in two bytes a value come so: half of what has to be held. */
  storedWeights(): AsyncIterable<WeightTensor | HalfTensor>;
}

/** Splits texts at once, in the thread that asks. */
export interface PlainTokenizer {
  /** With the special tokens that the model's tokenizer adds (BOS where it has one). */
  encode(text: string): number[];
  encodePlain(text: string): number[];
  /** Special tokens kept, no clean-up of spaces. An empty list gives ''. */
  decode(ids: readonly number[]): string;
  /** The text of each token; a piece of a split character reads as its bytes, such as ⟨E2⟩⟨80⟩. */
  pieces(ids: readonly number[]): string[];
}

/**
 * The same for whoever can wait. A tokenizer.json is a stranger's, and its patterns may go on without end: where it is opened in a
 * thread of its own, that thread is ended then (UserError `endless-tokenizer`).
 */
export interface ModelTokenizer {
  encode(text: string): Promise<number[]>;
  encodePlain(text: string): Promise<number[]>;
  decode(ids: readonly number[]): Promise<string>;
  pieces(ids: readonly number[]): Promise<string[]>;
  /** Nothing is asked afterwards. */
  close(): void;
}

/** Opens a tokenizer. @param file tokenizer.json. @param configText of tokenizer_config.json. @throws UserError `bad-tokenizer` or `endless-tokenizer`. */
export type OpenTokenizer = (file: Blob, configText: string | null) => Promise<ModelTokenizer>;
