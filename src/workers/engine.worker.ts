import * as Comlink from 'comlink';
/* eslint-disable no-restricted-imports -- the addresses of the backend's binaries, which only a bundler can tell; not its code */
import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
/* eslint-enable no-restricted-imports */
import { createEngineStarter } from '../engine';
import { opfsStore } from '../models';
import { threadedTokenizers } from './tokenizer-thread';
import { createWorkerApi } from './worker-api';

const absolute = (url: string) => new URL(url, self.location.href).href;

Comlink.expose(
  createWorkerApi(
    createEngineStarter({
      wasmPaths: {
        'tfjs-backend-wasm.wasm': absolute(wasmPlain),
        'tfjs-backend-wasm-simd.wasm': absolute(wasmSimd),
        'tfjs-backend-wasm-threaded-simd.wasm': absolute(wasmThreadedSimd),
      },
    }),
    opfsStore,
    threadedTokenizers(() => new Worker(new URL('./tokenizer.worker.ts', import.meta.url), { type: 'module', name: 'tokenizer' })),
  ),
);
