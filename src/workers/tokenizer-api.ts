import { createTokenizer, readText, type PlainTokenizer } from '../models';
import { outcomeOf, type Outcome } from './protocol';

/** The side of the tokenizer's own thread. */
export interface TokenizerApi {
  /** Answers once the thread runs, before anything of a stranger's is looked at. */
  ready(): true;
  open(file: Blob, configText: string | null): Promise<Outcome<null>>;
  encode(text: string, special: boolean): Promise<Outcome<number[]>>;
  decode(ids: readonly number[]): Promise<Outcome<string>>;
  pieces(ids: readonly number[]): Promise<Outcome<string[]>>;
}

export function createTokenizerApi(): TokenizerApi {
  let opened: PlainTokenizer | null = null;
  const work = <T>(ask: (tokenizer: PlainTokenizer) => T) =>
    outcomeOf(() => {
      if (opened === null) throw new Error('no tokenizer was opened.');
      return ask(opened);
    });
  return {
    ready: () => true,
    open: (file, configText) =>
      outcomeOf(async () => {
        opened = createTokenizer(await readText(file), configText);
        return null;
      }),
    encode: (text, special) => work((tokenizer) => (special ? tokenizer.encode(text) : tokenizer.encodePlain(text))),
    decode: (ids) => work((tokenizer) => tokenizer.decode(ids)),
    pieces: (ids) => work((tokenizer) => tokenizer.pieces(ids)),
  };
}
