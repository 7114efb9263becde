import * as Comlink from 'comlink';
import { evaluateOn, Trainer, type Evaluation, type TrainedArrays, type TrainingPoint, type TrainingSettings, type TrainingState } from '../dictionaries/page-training';
import { outcomeOf, type Outcome } from './protocol';

/** How far a training is after a slice of it. */
export interface TrainingSlice {
  readonly step: number;
  readonly isDone: boolean;
  /** Those that the page hasn't had. */
  readonly points: readonly TrainingPoint[];
}

/** What a training came to. */
export interface TrainingOutcome {
  readonly trained: TrainedArrays;
  /** On activations that were held back; on all that it was trained on where there are none. */
  readonly evaluation: Evaluation;
}

/** The side of the training's own thread: the engine's goes on answering meanwhile. */
export interface TrainingApi {
  /** Takes the place of a training before it. @param activations and @param heldOut are [count, d]. */
  begin(activations: Float32Array, heldOut: Float32Array, d: number, settings: TrainingSettings, from: TrainingState | null): Outcome<TrainingSlice> | Promise<Outcome<TrainingSlice>>;
  /** Works for about so long, but at least one step. */
  advance(milliseconds: number): Promise<Outcome<TrainingSlice>>;
  state(): Promise<Outcome<TrainingState>>;
  finish(): Promise<Outcome<TrainingOutcome>>;
}

/** Rows that are evaluated where none were held back. */
const MOST_EVALUATED = 2_000;

export function createTrainingApi(): TrainingApi {
  let running: { readonly trainer: Trainer; readonly check: Float32Array; told: number } | null = null;
  const need = () => {
    if (running === null) throw new Error('no training was begun.');
    return running;
  };
  const slice = (): TrainingSlice => {
    const now = need();
    const points = now.trainer.points.slice(now.told);
    now.told = now.trainer.points.length;
    return { step: now.trainer.step, isDone: now.trainer.isDone, points };
  };
  return {
    begin: (activations, heldOut, d, settings, from) =>
      outcomeOf(() => {
        running = null; // its memory goes before the next one takes some
        running = { trainer: new Trainer(activations, d, settings, from), check: heldOut.length > 0 ? heldOut : activations.subarray(0, MOST_EVALUATED * d), told: 0 };
        return slice();
      }),
    advance: (milliseconds) =>
      outcomeOf(() => {
        const { trainer } = need();
        const until = performance.now() + milliseconds;
        do trainer.advance();
        while (!trainer.isDone && performance.now() < until);
        return slice();
      }),
    state: () => outcomeOf(() => need().trainer.state()),
    async finish() {
      const outcome = await outcomeOf((): TrainingOutcome => {
        const { trainer, check } = need();
        const trained = trainer.result();
        return { trained, evaluation: evaluateOn(trained, check) };
      });
      return outcome.ok ? Comlink.transfer(outcome, buffersOf(outcome.value.trained)) : outcome;
    },
  };
}

function buffersOf({ W_enc, b_enc, W_dec, b_dec }: TrainedArrays): ArrayBuffer[] {
  return [W_enc, b_enc, W_dec, b_dec].flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
}
