import { choice, integer, number } from '../../lib/params';

export const POINTS = [
  { value: 'hook_resid_post', label: 'resid_post' },
  { value: 'hook_resid_mid', label: 'resid_mid' },
  { value: 'hook_resid_pre', label: 'resid_pre' },
  { value: 'hook_attn_out', label: 'attn_out' },
  { value: 'hook_mlp_out', label: 'mlp_out' },
] as const;
const WIDTHS = [1, 2, 4, 8].map((factor) => ({ value: `${factor}`, label: `${factor} × d_model` }));
const BATCHES = [64, 128, 256, 512, 1024].map((size) => ({ value: `${size}`, label: `${size} tokens` }));

export const VARIANCES = [
  { value: 'unit', label: 'fixed at 1' },
  { value: 'learned', label: 'learned' },
  { value: 'none', label: 'fixed at 1, no noise' },
] as const;

/** The knobs of a training. Defaults: small enough for a few minutes in a page; those of a vSAE are its authors'. */
export const settings = {
  architecture: choice({
    label: 'architecture',
    options: [
      { value: 'topk', label: 'TopK' },
      { value: 'vsae', label: 'vSAE' },
    ],
    initial: 'topk',
  }),
  point: choice({ label: 'read', options: POINTS, initial: 'hook_resid_post' }),
  layer: integer({ label: 'layer', min: 0, max: 255, initial: 6 }),
  width: choice({ label: 'features', options: WIDTHS, initial: '4' }),
  k: integer({ label: 'k, features per token', min: 1, max: 128, initial: 16 }),
  batch: choice({ label: 'a step', options: BATCHES, initial: '256' }),
  steps: integer({ label: 'steps', min: 1, max: 100_000, initial: 1000 }),
  lr: number({ label: 'learning rate', min: 0.00001, max: 0.1, step: 0.00001, initial: 0.001 }),
  variance: choice({ label: 'variance', options: VARIANCES, initial: 'unit' }),
  klCoefficient: number({ label: 'c_KL, cost of a nat', min: 0, max: 10_000, step: 0.001, initial: 500 }),
  vsaeLr: number({ label: 'learning rate', min: 0.00001, max: 0.1, step: 0.00001, initial: 0.0005 }),
  seed: integer({ label: 'seed', min: 0, max: 999_999, initial: 1 }),
};
