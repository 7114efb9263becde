import { ByteFallbackDecoder, SequenceDecoder, Tokenizer, type Decoder } from '@huggingface/tokenizers';
import { messageOf, UserError } from '../lib/errors';
import { tokenBytes, type TokenSpelling } from './token-bytes';
import type { OpenTokenizer, PlainTokenizer } from './types';

/** Texts are tokenised whole, and byte-pair merging is slow on very long words: this is far beyond any context. */
const MAX_TEXT = 1_000_000;

/**
 * Builds a tokenizer from the texts of tokenizer.json and, where there is one, tokenizer_config.json.
 *
 * @throws UserError `bad-tokenizer`.
 */
export function createTokenizer(text: string, configText: string | null): PlainTokenizer {
  const tokenizer = build(text, configText);
  keepByteOrderMarks(tokenizer.decoder);
  const spelling = spellingOf(tokenizer);
  const special = tokenizer.get_added_tokens_decoder();
  const bytesOf = (id: number): Uint8Array => {
    const token = tokenizer.id_to_token(id);
    if (token === undefined) return new TextEncoder().encode(`[${id}]`);
    return special.has(id) ? new TextEncoder().encode(token) : tokenBytes(token, spelling);
  };
  const encode = (input: string, addSpecial: boolean): number[] => {
    if (input.length > MAX_TEXT)
      throw new UserError('text-too-long', `the text has ${input.length} characters; at most ${MAX_TEXT} can be split into tokens.`);
    // A token without an id would be undefined here: tokenizers without an unknown token have such gaps.
    const ids = input === '' && !addSpecial ? [] : tokenizer.encode(input, { add_special_tokens: addSpecial }).ids.filter((id) => id !== undefined);
    if (!ids.every((id) => Number.isSafeInteger(id)))
      throw new UserError('bad-tokenizer', "tokenizer.json can't be used: it gives something else than numbers for a text. Get the file again, or leave it out.");
    return ids;
  };
  const decodeKnown = (ids: readonly number[]): string =>
    ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false });

  return {
    encode: (input) => encode(input, true),
    encodePlain: (input) => encode(input, false),
    decode(ids) {
      // Vocabularies are often padded: ids beyond the tokenizer's own read as numbers in brackets.
      let text = '';
      let known: number[] = [];
      for (const id of ids) {
        if (tokenizer.id_to_token(id) !== undefined) {
          known.push(id);
          continue;
        }
        text += `${decodeKnown(known)}[${id}]`;
        known = [];
      }
      return text + decodeKnown(known);
    },
    pieces(ids) {
      const pieces = ids.map((id) => readable(bytesOf(id)));
      const first = pieces[0];
      // Sentence-piece decoders drop the space that was put before the text: the first piece does likewise.
      if (spelling.dropsFirstSpace && first !== undefined && first.startsWith(' ')) pieces[0] = first.slice(1);
      return pieces;
    },
  };
}

/** Opens a tokenizer in this thread: for models that are known, as in tests and scripts. */
export const openPlainTokenizer: OpenTokenizer = async (file, configText) => {
  const tokenizer = createTokenizer(await readText(file), configText);
  return {
    encode: async (text) => tokenizer.encode(text),
    encodePlain: async (text) => tokenizer.encodePlain(text),
    decode: async (ids) => tokenizer.decode(ids),
    pieces: async (ids) => tokenizer.pieces(ids),
    close: () => undefined,
  };
};

/** The text of tokenizer.json. */
export async function readText(file: Blob): Promise<string> {
  return new TextDecoder().decode(await file.arrayBuffer());
}

function build(text: string, configText: string | null): Tokenizer {
  try {
    const config: unknown = configText === null ? {} : JSON.parse(configText);
    const parsed = JSON.parse(text) as object;
    checkIds(parsed);
    return new Tokenizer(parsed, (config ?? {}) as object);
  } catch (error) {
    throw new UserError(
      'bad-tokenizer',
      `tokenizer.json can't be used: ${messageOf(error)}. Get the file again, or leave it out: the model then runs on token ids.`,
    );
  }
}

/** The library takes whatever stands in a vocabulary for an id. */
function checkIds(parsed: object): void {
  const model: unknown = Reflect.get(parsed, 'model');
  const vocabulary: unknown = typeof model === 'object' && model !== null ? Reflect.get(model, 'vocab') : null;
  if (typeof vocabulary !== 'object' || vocabulary === null) return;
  if (Array.isArray(vocabulary)) {
    // Numbered by its order: pairs of a token and its score.
    if (vocabulary.every((pair: unknown) => Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number')) return;
    throw new Error('its vocabulary is a list of something else than tokens with scores');
  }
  for (const [token, id] of Object.entries(vocabulary))
    if (!Number.isSafeInteger(id) || id < 0) throw new Error(`the token ${JSON.stringify(token).slice(0, 40)} has no number`);
}

/** The byte fallback of the library drops a byte-order mark; text keeps it. */
function keepByteOrderMarks(decoder: Decoder | null): void {
  if (decoder instanceof SequenceDecoder) for (const one of decoder.decoders) keepByteOrderMarks(one);
  if (decoder instanceof ByteFallbackDecoder) decoder.text_decoder = new TextDecoder('utf-8', { ignoreBOM: true });
}

/** Finds out how the tokenizer spells bytes and spaces, from its decoder. */
function spellingOf(tokenizer: Tokenizer): TokenSpelling {
  const flat = (decoder: Decoder | null): Decoder[] =>
    decoder === null ? [] : decoder instanceof SequenceDecoder ? decoder.decoders.flatMap(flat) : [decoder];
  const types = flat(tokenizer.decoder).map((decoder) => decoder.config as { type?: string; content?: string; start?: number });
  const has = (type: string) => types.some((one) => one.type === type);
  return {
    byteLevel: has('ByteLevel'),
    byteFallback: has('ByteFallback'),
    metaspace: has('Metaspace') || types.some((one) => one.type === 'Replace'),
    dropsFirstSpace: has('Metaspace') || types.some((one) => one.type === 'Strip' && one.content === ' ' && (one.start ?? 0) > 0),
  };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a token's bytes; bytes that are only a part of a character read as ⟨E2⟩. */
function readable(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; ) {
    const end = start + characterLength(bytes[start] ?? 0);
    try {
      text += strict.decode(bytes.subarray(start, end));
      start = Math.min(end, bytes.length);
    } catch {
      text += `⟨${(bytes[start] ?? 0).toString(16).toUpperCase().padStart(2, '0')}⟩`;
      start += 1;
    }
  }
  return text;
}

/** How many bytes a UTF-8 character has, by its first. */
function characterLength(first: number): number {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
