import { readFileSync } from 'node:fs';

/** Norms, biases, positions and routers are never rounded; matrices by their names in the reference models. */
const KEPT = /(wpe|embed_positions|position_embeddings|ln_|norm|bias|mlp\.gate\.weight|router|block_sparse_moe\.gate\.weight|attn\.masked_bias)/i;

/** float16 by IEEE 754: nearest, ties to even. By the numbers' own size, not by their bits, so that the app's way is checked by another. */
function toHalf(value) {
  const size = Math.abs(value);
  if (size === 0) return 0;
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(size))) - 10);
  const steps = size / step;
  const down = Math.floor(steps);
  const rest = steps - down;
  const nearest = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
  return Math.sign(value) * nearest * step;
}

/**
 * A float32 safetensors file in which every big matrix is rounded as a storage of the app rounds it, and written as float32 again.
 * int8: 255 steps for each output, which is a stored row; a column where the file keeps [in, out], as GPT-2 does.
 */
export function roundedFile(path, storage) {
  const file = Buffer.from(readFileSync(path));
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + headerBytes).toString('utf8'));
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__' || entry.shape.length !== 2 || KEPT.test(name)) continue;
    if (entry.dtype !== 'F32') throw new Error(`${path}: ${name} is ${entry.dtype}; only float32 models are rounded here.`);
    const [rows, columns] = entry.shape;
    const start = 8 + headerBytes + entry.data_offsets[0];
    const values = new Float32Array(Uint8Array.prototype.slice.call(file, start, 8 + headerBytes + entry.data_offsets[1]).buffer);
    const isByColumn = /\.(c_attn|c_proj|c_fc)\.weight$/.test(name);
    const outputOf = (i) => (isByColumn ? i % columns : Math.floor(i / columns));
    if (storage === 'float16') values.forEach((value, i) => (values[i] = toHalf(value)));
    else {
      const most = new Float32Array(isByColumn ? columns : rows);
      values.forEach((value, i) => (most[outputOf(i)] = Math.max(most[outputOf(i)], Math.abs(value))));
      const steps = most.map((value) => value / 127);
      values.forEach((value, i) => (values[i] = steps[outputOf(i)] === 0 ? 0 : Math.round(value / steps[outputOf(i)]) * steps[outputOf(i)]));
    }
    file.set(new Uint8Array(values.buffer), start);
  }
  return file;
}
