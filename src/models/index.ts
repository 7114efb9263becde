export type { ChatTemplate } from './chat';
export { catalogue, type CatalogueEntry } from './catalogue';
export { families } from './families';
export { loadModelFiles, type LoadOptions } from './load';
export { deleteStored, overviewOf } from './storage/overview';
export { opfsStore } from './storage/opfs-store';
export type { FileStore } from './storage/types';
export { createTokenizer, readText } from './tokenizer';
export type { ModelFiles, ModelTokenizer, OpenTokenizer, PlainTokenizer } from './types';
