import * as Comlink from 'comlink';
import type { TrainingSettings, TrainingState } from '../dictionaries/page-training';
import { UserError } from '../lib/errors';
import { unwrap, type Outcome } from './protocol';
import type { TrainingApi, TrainingOutcome, TrainingSlice } from './training-api';

/** A thread that trains, as the page sees it. Has the shape of `TrainingThread` in `store/dictionary-training-ports.ts`. */
export interface WorkerTraining {
  /** The arrays move there: they are empty here afterwards. */
  begin(activations: Float32Array, heldOut: Float32Array, d: number, settings: TrainingSettings, from: TrainingState | null): Promise<TrainingSlice>;
  advance(milliseconds: number): Promise<TrainingSlice>;
  state(): Promise<TrainingState>;
  finish(): Promise<TrainingOutcome>;
  dispose(): void;
}

export function openTraining(): WorkerTraining {
  const worker = new Worker(new URL('./training.worker.ts', import.meta.url), { type: 'module', name: 'training' });
  const training = connectTraining(worker);
  return {
    ...training,
    dispose() {
      training.dispose();
      worker.terminate();
    },
  };
}

/** The same over any port that serves a `TrainingApi`. */
export function connectTraining(port: Comlink.Endpoint & EventTarget): WorkerTraining {
  const remote = Comlink.wrap<TrainingApi>(port);
  let end: (error: UserError) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => (end = reject));
  ended.catch(() => undefined);
  // A worker whose script can't be loaded, or that runs out of memory, says so by this event only.
  const onError = () => end(new UserError('worker-failed', 'the part of the app that trains could not be started, or ended. Reload the page; what was stored of the training is still there.'));
  port.addEventListener('error', onError);
  const ask = async <T>(question: Promise<Outcome<T>>): Promise<T> => unwrap(await Promise.race([question, ended]));
  return {
    begin: (activations, heldOut, d, settings, from) =>
      ask(remote.begin(Comlink.transfer(activations, [activations.buffer as ArrayBuffer]), Comlink.transfer(heldOut, [heldOut.buffer as ArrayBuffer]), d, settings, from)),
    advance: (milliseconds) => ask(remote.advance(milliseconds)),
    state: () => ask(remote.state()),
    finish: () => ask(remote.finish()),
    dispose() {
      port.removeEventListener('error', onError);
      end(new UserError('disposed', 'the training was ended.'));
      remote[Comlink.releaseProxy]();
    },
  };
}
