import type { WeightStorage } from '../anatomy/weights';

/**
 * Programs of our own for WebGPU (WGSL), over weights in two bytes or one a value. A matrix [in, out] lies in words of 32 bits, row
 * after row, four columns to a quad: two words of float16 codes or bfloat16, one of int8. Rows are filled up to whole quads.
 *
 * The first input is always the words, `w`; the names of the others stand in the programs.
 */
export type PackedStorage = Exclude<WeightStorage, 'float32'>;

/** Words of a quad. */
export const QUAD_WORDS: Readonly<Record<PackedStorage, number>> = { float16: 2, bfloat16: 2, int8: 1 };

/** float16 codes count 2^-102 times their number: as a float32 this is 2^102. */
const HALF = `
fn half(code : u32) -> f32 {
  return bitcast<f32>(((code & 0x8000u) << 16u) | ((code & 0x7fffu) << 13u)) * bitcast<f32>(0x72800000u);
}`;

/** Four weights of row k: of int8 how many steps. `quads`: in a row. */
function weightsOf(storage: PackedStorage): string {
  const at = `let at = (k * quads + quad) * ${QUAD_WORDS[storage]};`;
  switch (storage) {
    case 'float16':
      return `${HALF}
fn weights(k : i32, quad : i32, quads : i32) -> vec4<f32> {
  ${at}
  let a = bitcast<u32>(w[at]);
  let b = bitcast<u32>(w[at + 1]);
  return vec4<f32>(half(a & 0xffffu), half(a >> 16u), half(b & 0xffffu), half(b >> 16u));
}`;
    case 'bfloat16':
      return `
fn weights(k : i32, quad : i32, quads : i32) -> vec4<f32> {
  ${at}
  let a = bitcast<u32>(w[at]);
  let b = bitcast<u32>(w[at + 1]);
  return bitcast<vec4<f32>>(vec4<u32>(a << 16u, a & 0xffff0000u, b << 16u, b & 0xffff0000u));
}`;
    case 'int8':
      return `
fn weights(k : i32, quad : i32, quads : i32) -> vec4<f32> {
  ${at}
  let a = w[at];
  return vec4<f32>(vec4<i32>((a << 24u) >> 24u, (a << 16u) >> 24u, (a << 8u) >> 24u, a >> 24u));
}`;
  }
}

/** Writes a quad of y [pos, out]: times the scales of int8, plus the bias. */
function finish(storage: PackedStorage, hasBias: boolean): string {
  return `
fn finish(row : i32, quad : i32, sums : vec4<f32>) {
  let columns = uniforms.outShape[1];
  for (var i = 0; i < 4; i = i + 1) {
    let column = quad * 4 + i;
    if (row < uniforms.outShape[0] && column < columns) {
      result[row * columns + column] = sums[i]${storage === 'int8' ? ' * scales[column]' : ''}${hasBias ? ' + bias[column]' : ''};
    }
  }
}`;
}

/** Quads of a workgroup, and parts into which the sum over k is cut. */
export const FEW = { quads: 8, parts: 32 } as const;

/** `x @ W + b` for a few rows: every workgroup takes eight quads of one row. Inputs: w, x, then scales and bias where there are. */
export function fewRowsCode(storage: PackedStorage, hasBias: boolean): string {
  return `${weightsOf(storage)}${finish(storage, hasBias)}
var<workgroup> partial : array<array<vec4<f32>, ${FEW.quads}>, ${FEW.parts}>;
fn main() {
  let depth = uniforms.xShape[1];
  let quads = (uniforms.outShape[1] + 3) / 4;
  let lane = i32(localId.x);
  let part = i32(localId.y);
  let quad = i32(workgroupId.x) * ${FEW.quads} + lane;
  let row = i32(workgroupId.y);
  var sums = vec4<f32>(0.0);
  if (quad < quads) {
    for (var k = part; k < depth; k = k + ${FEW.parts}) {
      sums = sums + x[row * depth + k] * weights(k, quad, quads);
    }
  }
  partial[part][lane] = sums;
  for (var half_ = ${FEW.parts / 2}; half_ > 0; half_ = half_ / 2) {
    workgroupBarrier();
    if (part < half_) {
      partial[part][lane] = partial[part][lane] + partial[part + half_][lane];
    }
  }
  if (part == 0 && quad < quads) {
    finish(row, quad, partial[0][lane]);
  }
}`;
}

/** Rows and quads of a tile, rows of one thread, and how deep a tile of W is. */
export const MANY = { rows: 32, quads: 8, perThread: 4, depth: 16 } as const;

/** The same for many rows: tiles of x and of unpacked W go through the workgroup's memory. */
export function manyRowsCode(storage: PackedStorage, hasBias: boolean): string {
  const { rows, quads, perThread, depth } = MANY;
  const threads = (rows / perThread) * quads;
  return `${weightsOf(storage)}${finish(storage, hasBias)}
var<workgroup> xTile : array<array<f32, ${depth}>, ${rows}>;
var<workgroup> wTile : array<array<vec4<f32>, ${quads}>, ${depth}>;
fn main() {
  let n = uniforms.outShape[0];
  let depth = uniforms.xShape[1];
  let quads = (uniforms.outShape[1] + 3) / 4;
  let firstRow = i32(workgroupId.y) * ${rows};
  let firstQuad = i32(workgroupId.x) * ${quads};
  let lane = i32(localId.x);
  let own = i32(localId.y) * ${perThread};
  var sums : array<vec4<f32>, ${perThread}>;
  for (var first = 0; first < depth; first = first + ${depth}) {
    for (var i = i32(localIndex); i < ${rows * depth}; i = i + ${threads}) {
      let row = firstRow + i / ${depth};
      let k = first + i % ${depth};
      xTile[i / ${depth}][i % ${depth}] = 0.0;
      if (row < n && k < depth) {
        xTile[i / ${depth}][i % ${depth}] = x[row * depth + k];
      }
    }
    for (var i = i32(localIndex); i < ${quads * depth}; i = i + ${threads}) {
      let quad = firstQuad + i % ${quads};
      let k = first + i / ${quads};
      wTile[i / ${quads}][i % ${quads}] = vec4<f32>(0.0);
      if (quad < quads && k < depth) {
        wTile[i / ${quads}][i % ${quads}] = weights(k, quad, quads);
      }
    }
    workgroupBarrier();
    for (var k = 0; k < ${depth}; k = k + 1) {
      let four = wTile[k][lane];
      for (var r = 0; r < ${perThread}; r = r + 1) {
        sums[r] = sums[r] + xTile[own + r][k] * four;
      }
    }
    workgroupBarrier();
  }
  for (var r = 0; r < ${perThread}; r = r + 1) {
    if (firstQuad + lane < quads) {
      finish(firstRow + own + r, firstQuad + lane, sums[r]);
    }
  }
}`;
}

/** Columns of W as rows [id, in]. Inputs: w, ids, then scales. `columns` of W is a uniform. */
export function gatherCode(storage: PackedStorage): string {
  return `${weightsOf(storage)}
fn main(index : i32) {
  let depth = uniforms.outShape[1];
  if (index < uniforms.size) {
    let column = ids[index / depth];
    let value = weights(index % depth, column / 4, (uniforms.columns + 3) / 4)[column % 4];
    result[index] = value${storage === 'int8' ? ' * scales[column]' : ''};
  }
}`;
}

/** All of W, [in, out]. Inputs: w, then scales. */
export function denseCode(storage: PackedStorage): string {
  return `${weightsOf(storage)}
fn main(index : i32) {
  let columns = uniforms.outShape[1];
  if (index < uniforms.size) {
    let column = index % columns;
    let value = weights(index / columns, column / 4, (columns + 3) / 4)[column % 4];
    result[index] = value${storage === 'int8' ? ' * scales[column]' : ''};
  }
}`;
}
