import * as Comlink from 'comlink';
import { createTokenizerApi } from './tokenizer-api';

Comlink.expose(createTokenizerApi());
