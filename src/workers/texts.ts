import type { ChatMessage } from '../anatomy/chat';
import type { Tokenized } from '../anatomy/model-info';
import { UserError } from '../lib/errors';
import type { ChatTemplate, ModelTokenizer } from '../models';

/** @throws UserError `no-tokenizer`. */
export function needTokenizer(tokenizer: ModelTokenizer | null): ModelTokenizer {
  if (tokenizer === null)
    throw new UserError('no-tokenizer', 'this model came without tokenizer.json, so text can\'t be split into tokens. Give token ids, or load the model with its tokenizer.');
  return tokenizer;
}

/** The conversation as the model's template writes it. @throws UserError `no-chat`, or what is wrong with the template. */
export function rendered(chat: ChatTemplate | null, messages: readonly ChatMessage[]): string {
  if (chat === null) throw new UserError('no-chat', "this model came without a chat template, so it doesn't say how it wants a conversation written. Write the prompt as text.");
  return chat.render(messages);
}

/** The text of each id: without a tokenizer the ids themselves, in brackets. */
export async function piecesOf(tokenizer: ModelTokenizer | null, ids: readonly number[]): Promise<string[]> {
  return tokenizer === null ? ids.map((id) => `[${id}]`) : tokenizer.pieces(ids);
}

/** The text of all ids together. */
export async function textOf(tokenizer: ModelTokenizer | null, ids: readonly number[]): Promise<string> {
  return tokenizer === null ? (await piecesOf(null, ids)).join('') : tokenizer.decode(ids);
}

export async function tokenized(tokenizer: ModelTokenizer | null, text: string, special: boolean): Promise<Tokenized> {
  const known = needTokenizer(tokenizer);
  const ids = await (special ? known.encode(text) : known.encodePlain(text));
  return { ids, tokens: await known.pieces(ids) };
}
