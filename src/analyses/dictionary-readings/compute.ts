import type { Dictionary } from '../../anatomy/dictionary';
import { startsWithBos } from '../../anatomy/rows';
import type { InterventionSpec, RunResult } from '../../anatomy/run';
import { alternatives, createFit, overridesText } from '../../dictionaries';
import { codeRows, releaseDictionary } from '../../engine';
import { UserError } from '../../lib/errors';
import { must } from '../../lib/assert';
import type { ParamValues } from '../../lib/params';
import type { AnalysisInput } from '../types';
import type { params as settings } from './index';

/** One way to read the same files, and how it fares on this text. */
export type Reading = {
  /** In words, such as "with b_dec subtracted from the input". */
  readonly label: string;
  /** What has to be said when the dictionary is opened, as its name says it: `#bdec=yes`. '' where nothing has to be, null where nothing would help. */
  readonly overrides: string | null;
  /** Σ‖x − x̂‖² / Σ‖x − x̄‖² over the positions that count, 1 − explained variance; NaN where nothing varies. */
  readonly fvu: number;
  /** Mean number of features per position that counts; NaN without one. */
  readonly l0: number;
};

export type DictionaryReadings = {
  /** First as the dictionary is read now. */
  readonly readings: readonly Reading[];
  /** Position 0 holds BOS, and counts in no figure. */
  readonly skippedBos: boolean;
};

type Input = Pick<AnalysisInput, 'run' | 'request' | 'config' | 'dictionary' | 'ask' | 'signal'>;

/** @throws UserError when the dictionary isn't open; AbortError. */
export async function compute({ run, request, config, dictionary: open, ask, signal }: Input, { dictionary: id }: ParamValues<typeof settings>): Promise<DictionaryReadings> {
  const dictionary = open?.(id);
  if (dictionary === undefined) throw new UserError('no-dictionaries', 'dictionaries can’t be opened here.');
  const skippedBos = startsWithBos(run.ids, config);
  const from = skippedBos ? 1 : 0;
  const readings: Reading[] = [{ label: 'as it is read now', overrides: '', ...(await fare(dictionary, run, from, signal)) }];
  for (const { label, overrides, dictionary: other } of alternatives(dictionary)) {
    try {
      readings.push({ label, overrides: overridesText(overrides), ...(await fare(other, run, from, signal)) });
    } finally {
      releaseDictionary(other); // its weights lie on the backend a second time
    }
  }
  const { bosId, nCtx } = config;
  if (bosId !== null && run.ids.length > 1) {
    const ids = skippedBos ? run.ids.slice(1) : [bosId, ...run.ids].slice(0, nCtx);
    const shift = skippedBos ? -1 : 1;
    const { hookName, hookNameOut } = dictionary.info.spec;
    const moved = await ask({
      ids,
      promptLength: Math.max(0, Math.min(ids.length, request.promptLength + shift)),
      interventions: request.interventions.map((one) => movedBy(one, shift)),
      capture: [...new Set([hookName, hookNameOut])],
    });
    // Whatever stands first takes the place of the start token: it gets the attention and the length that go there.
    readings.push({ label: skippedBos ? 'without the start token before the text' : 'with a start token before the text', overrides: null, ...(await fare(dictionary, moved, 1, signal)) });
  }
  return { readings, skippedBos };
}

/** @param from the first position that counts. */
async function fare(dictionary: Dictionary, run: RunResult, from: number, signal: AbortSignal): Promise<{ fvu: number; l0: number }> {
  const { spec, dOut, dSae } = dictionary.info;
  const x = must(run.activations[spec.hookName], 'the activation that the dictionary reads').data;
  const fit = createFit(must(run.activations[spec.hookNameOut], 'the activation that the dictionary explains').data, dOut, from);
  let active = 0;
  await codeRows(dictionary, x, signal, ({ first, count, f, xHat }) => {
    for (let row = 0; row < count; row += 1) {
      fit.add(first + row, xHat.subarray(row * dOut, (row + 1) * dOut));
      if (first + row < from) continue;
      for (let feature = 0; feature < dSae; feature += 1) if ((f[row * dSae + feature] ?? 0) > 0) active += 1;
    }
  });
  return { fvu: 1 - fit.explainedVariance(), l0: active / Math.max(0, run.ids.length - from) };
}

/** The same change at the same tokens of a text that begins so many tokens earlier or later. */
function movedBy(one: InterventionSpec, shift: number): InterventionSpec {
  const { positions } = one;
  if (typeof positions === 'string') return one;
  return { ...one, positions: positions.map((pos) => pos + shift).filter((pos) => pos >= 0) };
}
