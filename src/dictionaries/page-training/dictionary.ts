import type { Dictionary, DictionarySpec, DictionaryWeights } from '../../anatomy/dictionary';
import type { HookName } from '../../anatomy/hook-names';
import { hashOf } from '../hash';
import type { TrainedArrays } from './trainer';
import type { VariationalSettings } from './types';

/**
 * What was trained, as a dictionary that can be opened: `trained:<its hash>`. A variational one is opened as what it is at evaluation:
 * z = μ = ReLU(pre) is never negative, so the k largest |z| are those that a TopK dictionary of the same weights keeps.
 */
export async function trainedDictionary(trained: TrainedArrays, about: { readonly hook: HookName; readonly name: string; readonly modelName: string }): Promise<Dictionary> {
  const { d, dSae, k, variational } = trained;
  const spec: DictionarySpec = {
    encoder: 'topk',
    k,
    rescaleActsByDecoderNorm: false,
    applyBDecToInput: true,
    normalizeActivations: 'none',
    centerInput: false,
    hookName: about.hook,
    hookNameOut: about.hook,
  };
  const weights: DictionaryWeights = {
    W_enc: transposed(trained.W_enc, dSae, d),
    b_enc: trained.b_enc,
    W_dec: trained.W_dec,
    b_dec: trained.b_dec,
    threshold: null,
    gated: null,
    W_skip: null,
    scalingFactor: null,
  };
  const hash = await hashOf(spec, weights);
  return {
    info: {
      id: `trained:${hash}`,
      name: variational === undefined ? about.name : `${about.name}, vSAE`,
      hash,
      spec,
      dIn: d,
      dOut: d,
      dSae,
      format: variational === undefined ? 'trained in this page' : 'trained in this page as a vSAE',
      architecture: variational === undefined ? 'topk' : 'vsae',
      storedDtype: 'float32',
      bytes: 4 * (2 * dSae * d + dSae + d),
      notes: ['A teaching dictionary: trained in this page on few tokens.', ...(variational === undefined ? [] : [variationalNote(variational)])],
      modelName: about.modelName,
      neuronpediaId: null,
      recordsUrl: null,
    },
    weights,
  };
}

const VARIANCES: Readonly<Record<VariationalSettings['variance'], string>> = {
  unit: 'its noise of variance 1',
  learned: 'its noise and the variance that it learned',
  none: 'its divergence, without noise,',
};

function variationalNote({ klCoefficient, variance }: VariationalSettings): string {
  return `A variational dictionary (vSAE, c_KL ${klCoefficient}): ${VARIANCES[variance]} belonged to the training. It encodes with z = μ, which is what a TopK dictionary with its weights does, and is exported as that, since SAELens has no vSAE.`;
}

/** [rows, columns] → [columns, rows] */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) for (let column = 0; column < columns; column += 1) out[column * rows + row] = values[row * columns + column] ?? 0;
  return out;
}
