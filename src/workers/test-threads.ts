import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { build } from 'vite';
import type { Thread } from './tokenizer-thread';

/** Builds the tokenizer's thread for Node, once. Gives what starts one, as the engine's worker starts one in a browser. */
export async function nodeTokenizerThreads(): Promise<() => Thread> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: { ssr: join(import.meta.dirname, 'test-tokenizer-thread.ts'), write: false, target: 'node20' },
  });
  if (!('output' in built)) throw new Error('the thread was not built as one file.');
  const code = built.output[0].code;
  return () => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    worker.unref();
    const messages = nodeEndpoint(worker);
    return {
      ...messages,
      // The adapter takes every listener for one of messages.
      addEventListener(type, listener) {
        if (type === 'message') messages.addEventListener(type, listener);
        else worker.on(type, () => (typeof listener === 'function' ? listener(new Event(type)) : listener.handleEvent(new Event(type))));
      },
      terminate: () => void worker.terminate(),
    };
  };
}
