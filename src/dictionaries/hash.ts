import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { DictionarySpec, DictionaryWeights } from '../anatomy/dictionary';
import { stableJson } from '../lib/stable-json';

/** SHA-256 (hex) of what a dictionary computes: its spec, and the SHA-256 of each of its arrays by name. */
export async function hashOf(spec: DictionarySpec, { gated, ...weights }: DictionaryWeights): Promise<string> {
  const arrays = { ...weights, b_mag: gated?.b_mag ?? null, r_mag: gated?.r_mag ?? null };
  const digests: Record<string, string | null> = {};
  for (const [name, values] of Object.entries(arrays)) digests[name] = values === null ? null : await digestOf(values);
  return bytesToHex(sha256(utf8ToBytes(stableJson({ spec, digests }))));
}

async function digestOf(values: Float32Array): Promise<string> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  // Many times faster, but only there on secure pages.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined || !(bytes.buffer instanceof ArrayBuffer)) return bytesToHex(sha256(bytes));
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}
