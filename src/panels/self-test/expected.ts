import type { BlockPoint } from '../../anatomy/hook-names';

/** A prompt with a right and a wrong next word; `difference` is logit(right) − logit(wrong) at its end. */
export interface ContrastPrompt {
  readonly text: string;
  readonly right: string;
  readonly wrong: string;
  readonly difference: number;
}

/** Scores by layer, from 0, of writing one point of the clean run into the corrupted one at one position. Null: not published. */
export interface PatchProfile {
  readonly point: Extract<BlockPoint, 'hook_resid_pre' | 'hook_attn_out' | 'hook_mlp_out'>;
  /** `subject`: the second time the subject is named; `end`: the last position. */
  readonly at: 'subject' | 'end';
  readonly scores: readonly (number | null)[];
}

/** What a part of the stream at the last position says for the right word, through the final norm with its divisor kept. */
export interface StreamShare {
  readonly label: string;
  readonly layer: number;
  readonly point: Extract<BlockPoint, 'hook_resid_pre' | 'hook_resid_mid' | 'hook_resid_post' | 'hook_attn_out' | 'hook_mlp_out'>;
  readonly difference: number;
}

/** A head and what it says for the right word at the last position, its value bias left out; or what it restores. */
export interface HeadShare {
  readonly layer: number;
  readonly head: number;
  readonly difference: number;
}

export interface HeadFigures {
  /** Mean over the prompts, the final norm's divisor kept. */
  readonly direct: readonly HeadShare[];
  /** With this head zeroed at the last position: the mean logit difference, and what others say then. */
  readonly ablation: HeadShare & { readonly direct: readonly HeadShare[] };
  /** Scores of writing one head of the clean run into the corrupted one at every position. */
  readonly patched: readonly HeadShare[];
}

/** Five public runs of one model, with the figures that were published. */
export interface PublishedRuns {
  readonly bosId: number;
  readonly tolerance: { readonly loss: number; readonly logit: number; readonly score: number };
  readonly loss: { readonly source: string; readonly texts: readonly { readonly text: string; readonly loss: number }[] };
  readonly nextTokens: {
    readonly source: string;
    readonly text: string;
    /** `logit` is of centred weights, so that the vocabulary's mean is 0; `percent` as printed, to two decimals. */
    readonly tokens: readonly { readonly token: string; readonly logit: number; readonly percent: number }[];
    readonly start: { readonly source: string; readonly text: string; readonly right: string; readonly wrong: string; readonly withBos: number; readonly withoutBos: number };
  };
  readonly induction: {
    readonly source: string;
    readonly sequences: number;
    readonly length: number;
    /** Ids from `low` to `high` − 1. */
    readonly low: number;
    readonly high: number;
    /** Of the loss curve's indices 0 … 2·length − 2: the first half without its last, and the second from `from` on. */
    readonly from: number;
    readonly first: number;
    readonly second: number;
  };
  readonly names: {
    readonly source: string;
    /** Ids of the names, each one token. */
    readonly ids: Readonly<Record<string, number>>;
    readonly length: number;
    readonly subject: number;
    /** Two by two: each is the other's corrupted prompt. */
    readonly prompts: readonly ContrastPrompt[];
    readonly mean: number;
    readonly stream: readonly StreamShare[];
    readonly patches: readonly PatchProfile[];
    readonly heads: HeadFigures;
  };
  readonly pair: {
    readonly source: string;
    readonly clean: ContrastPrompt;
    readonly corrupted: ContrastPrompt;
    readonly subject: number;
    /** Published to two decimals. */
    readonly scoreTolerance: number;
    readonly patches: readonly PatchProfile[];
  };
}

const swapped = (text: string, first: string, second: string, differences: readonly [number, number]): ContrastPrompt[] => [
  { text: text.replace('*', second), right: ` ${first}`, wrong: ` ${second}`, difference: differences[0] },
  { text: text.replace('*', first), right: ` ${second}`, wrong: ` ${first}`, difference: differences[1] },
];

const share = (layer: number, part: 'pre' | 'mid' | 'post', difference: number): StreamShare => ({
  label: part === 'post' ? 'final' : `${layer}_${part}`,
  layer,
  point: `hook_resid_${part}`,
  difference,
});
const wrote = (layer: number, part: 'attn' | 'mlp', difference: number): StreamShare => ({
  label: `${layer}_${part}`,
  layer,
  point: `hook_${part}_out`,
  difference,
});

const heads = (...rows: readonly (readonly [layer: number, head: number, difference: number])[]): HeadShare[] => rows.map(([layer, head, difference]) => ({ layer, head, difference }));

/**
 * GPT-2 small, float32, with `<|endoftext|>` in front unless said otherwise. The figures are as the sources print them; the
 * tolerances are ours: they leave room for rounding in print and for the order of float32 sums.
 */
export const gpt2Small: PublishedRuns = {
  bosId: 50256,
  tolerance: { loss: 0.003, logit: 0.02, score: 0.005 },
  loss: { source: 'TransformerLens, model tests', texts: [{ text: 'Hello world!', loss: 5.331856 }] },
  nextTokens: {
    source: 'TransformerLens, Exploratory Analysis demo',
    text: 'After John and Mary went to the store, John gave a bottle of milk to',
    tokens: [
      { token: ' Mary', logit: 18.09, percent: 70.07 },
      { token: ' the', logit: 15.38, percent: 4.67 },
      { token: ' John', logit: 15.35, percent: 4.54 },
      { token: ' them', logit: 15.25, percent: 4.11 },
      { token: ' his', logit: 14.84, percent: 2.73 },
      { token: ' her', logit: 14.06, percent: 1.24 },
      { token: ' a', logit: 13.54, percent: 0.74 },
      { token: ' their', logit: 13.52, percent: 0.73 },
      { token: ' Jesus', logit: 13.13, percent: 0.49 },
      { token: ' him', logit: 12.97, percent: 0.42 },
    ],
    start: {
      source: 'TransformerLens, Main demo',
      text: 'Claire and Mary went to the shops, then Mary gave a bottle of milk to',
      right: ' Claire',
      wrong: ' Mary',
      withBos: 6.754,
      withoutBos: 2.782,
    },
  },
  induction: { source: 'TransformerLens, Main demo', sequences: 10, length: 50, low: 1000, high: 10_000, from: 55, first: 9, second: 0.25 },
  names: {
    source: 'TransformerLens, Exploratory Analysis demo',
    ids: { ' Mary': 5335, ' John': 1757, ' Tom': 4186, ' James': 3700, ' Dan': 6035, ' Sid': 15686, ' Martin': 5780, ' Amy': 14235 },
    length: 15,
    subject: 10,
    prompts: [
      ...swapped('When John and Mary went to the shops, * gave the bag to', 'Mary', 'John', [3.337, 3.202]),
      ...swapped('When Tom and James went to the park, * gave the ball to', 'Tom', 'James', [2.709, 3.797]),
      ...swapped('When Dan and Sid went to the shops, * gave an apple to', 'Dan', 'Sid', [1.72, 5.281]),
      ...swapped('After Martin and Amy went to the park, * gave a drink to', 'Martin', 'Amy', [2.601, 5.767]),
    ],
    mean: 3.5519,
    stream: [
      share(0, 'pre', 0), share(6, 'mid', -0.027), share(7, 'pre', -0.03), share(7, 'mid', 0.25), share(8, 'pre', 0.251),
      share(8, 'mid', 0.45), share(9, 'pre', 0.46), share(9, 'mid', 5.025), share(10, 'pre', 5.143), share(10, 'mid', 4.731),
      share(11, 'pre', 4.887), share(11, 'mid', 3.445), share(11, 'post', 3.552),
      wrote(7, 'attn', 0.28), wrote(8, 'attn', 0.199), wrote(9, 'attn', 4.565), wrote(9, 'mlp', 0.117), wrote(10, 'attn', -0.412),
      wrote(10, 'mlp', 0.156), wrote(11, 'attn', -1.442), wrote(11, 'mlp', 0.106),
    ],
    patches: [
      { point: 'hook_resid_pre', at: 'subject', scores: [1, 1.001, 1.001, 1, 0.995, 0.968, 0.968, 0.923, 0.657, 0.027, -0.027, -0.006] },
      { point: 'hook_attn_out', at: 'subject', scores: [0.035, -0.003, -0.002, 0.155, -0.005, 0.352, 0.12, 0.013, -0.002, 0, -0.001, 0] },
      { point: 'hook_mlp_out', at: 'subject', scores: [0.851, 0.009, 0.014, 0.002, -0.02, 0.097, -0.016, 0.01, -0.013, 0, 0.001, 0] },
      { point: 'hook_resid_pre', at: 'end', scores: [null, null, null, null, null, null, null, 0.017, 0.319, 0.938, 1.005, 0.991] },
      { point: 'hook_attn_out', at: 'end', scores: [null, null, null, null, null, null, null, 0.298, 0.57, 0.272, -0.193, -0.406] },
    ],
    heads: {
      direct: heads(
        [9, 9, 2.985], [9, 6, 1.384], [10, 0, 0.561], [10, 10, 0.48], [8, 10, 0.29], [10, 6, 0.288], [7, 9, 0.183], [10, 1, 0.171], [7, 3, 0.135],
        [10, 7, -1.899], [11, 10, -0.97], [11, 2, -0.388],
      ),
      ablation: { layer: 9, head: 9, difference: 2.92, direct: heads([10, 10, 1.229], [10, 0, 0.86], [10, 7, -0.711], [10, 1, 0.326]) },
      patched: heads(
        [3, 0, 0.116], [5, 5, 0.343], [6, 9, 0.13], [7, 3, 0.124], [7, 9, 0.192], [8, 6, 0.319], [8, 10, 0.278], [9, 9, 0.264], [10, 7, -0.48], [11, 2, -0.114],
        [11, 10, -0.278],
      ),
    },
  },
  pair: {
    source: 'TransformerLens, Main demo',
    clean: { text: 'After John and Mary went to the store, Mary gave a bottle of milk to', right: ' John', wrong: ' Mary', difference: 4.276 },
    corrupted: { text: 'After John and Mary went to the store, John gave a bottle of milk to', right: ' John', wrong: ' Mary', difference: -2.738 },
    subject: 10,
    scoreTolerance: 0.01,
    patches: [
      { point: 'hook_resid_pre', at: 'subject', scores: [1, 1, 1, 1, 0.99, 0.96, 0.96, 0.94, 0.77, 0.1, -0.02, -0.01] },
      { point: 'hook_resid_pre', at: 'end', scores: [null, null, null, null, null, null, null, 0.02, 0.45, 0.9, 0.96, 0.95] },
    ],
  },
};
