import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { createTokenizerApi } from './tokenizer-api';

// What tokenizer.worker.ts is in a browser.
if (parentPort !== null) Comlink.expose(createTokenizerApi(), nodeEndpoint(parentPort));
