// UMAP from precomputed neighbours: node map.mjs FOLDER SIZE NEIGHBOURS, in a folder where umap-js is installed. Called by map.py.
// Reads FOLDER/indices.i32, distances.f32 [SIZE, NEIGHBOURS]; writes FOLDER/xy.f32 [SIZE, 2].
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

const { UMAP } = createRequire(join(process.cwd(), 'map.mjs'))('umap-js');
const [folder, size, neighbours] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

/** Rows of a flat file of 4-byte numbers. */
function rows(name, Kind) {
  const bytes = readFileSync(join(folder, name));
  const flat = new Kind(bytes.buffer, bytes.byteOffset, size * neighbours);
  return Array.from({ length: size }, (_, row) => [...flat.subarray(row * neighbours, (row + 1) * neighbours)]);
}

/** A small seeded generator (mulberry32), numbers in [0, 1). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const umap = new UMAP({ nNeighbors: neighbours, minDist: 0.1, nEpochs: 200, random: generator(0) });
umap.setPrecomputedKNN(rows('indices.i32', Int32Array), rows('distances.f32', Float32Array));
umap.initializeFit(Array.from({ length: size }, (_, row) => [row]));
for (let epoch = 0; epoch < 200; epoch += 1) umap.step();
writeFileSync(join(folder, 'xy.f32'), Float32Array.from(umap.getEmbedding().flat()));
