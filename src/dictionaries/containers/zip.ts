import { Inflate } from 'fflate';
import { UserError } from '../../lib/errors';
import { readPart } from './tensor';

/** One file in a zip. Nothing of it is read before `bytes` or `part` is asked for. */
export interface ZipEntry {
  readonly name: string;
  /** Unpacked. */
  readonly size: number;
  /** Whether its bytes lie in the archive as they are. */
  readonly isStored: boolean;
  /** All of it, unpacked, and checked against the sum that the archive holds. @throws UserError `damaged-zip`. */
  bytes(): Promise<Uint8Array>;
  /** Bytes `from` to `to` of a stored entry. */
  part(from: number, to: number): Promise<Uint8Array>;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record and the longest comment after it. */
const TAIL = 22 + 65_535;
/** Deflate can't shrink further than this. */
const MOST_DEFLATED = 1032;
/** A dictionary has a dozen files; thousands are something else. */
const MOST_ENTRIES = 10_000;

/**
 * The files in a zip archive (APPNOTE 6.3.9: the parts that numpy and PyTorch write). Only its list is read.
 *
 * @param maxBytes that all files together may unpack to. @throws UserError `damaged-zip` or `too-large`.
 */
export async function readZip(file: string, blob: Blob, maxBytes: number): Promise<Map<string, ZipEntry>> {
  const bad = (why: string) => new UserError('damaged-zip', `${file} can't be unpacked: ${why}. Get the file again from where it came.`);
  const tailStart = Math.max(0, blob.size - TAIL);
  const tail = view(await readPart(blob, tailStart, blob.size, file));
  let at = tail.byteLength - 22;
  while (at >= 0 && !(tail.getUint32(at, true) === END && at + 22 + tail.getUint16(at + 20, true) === tail.byteLength)) at -= 1;
  if (at < 0) throw bad('the list at its end is missing, so that it is cut off or no zip');
  const count = tail.getUint16(at + 10, true);
  const length = tail.getUint32(at + 12, true);
  const start = tail.getUint32(at + 16, true);
  if (start === 0xffffffff || count === 0xffff) throw new UserError('too-large', `${file} is a zip of more than 4 GB, which is not read here.`);
  if (start + length > tailStart + at || count > MOST_ENTRIES) throw bad('the list at its end is wrong');
  const list = view(await readPart(blob, start, start + length, file));
  const entries = new Map<string, ZipEntry>();
  let total = 0;
  let next = 0;
  for (let i = 0; i < count; i += 1) {
    if (next + 46 > list.byteLength || list.getUint32(next, true) !== CENTRAL) throw bad('the list at its end is wrong');
    const nameLength = list.getUint16(next + 28, true);
    const end = next + 46 + nameLength + list.getUint16(next + 30, true) + list.getUint16(next + 32, true);
    if (end > list.byteLength) throw bad('the list at its end is wrong');
    const name = new TextDecoder().decode(new Uint8Array(list.buffer, list.byteOffset + next + 46, nameLength));
    const place: Place = {
      file, blob, name, bad,
      flags: list.getUint16(next + 8, true), method: list.getUint16(next + 10, true), crc: list.getUint32(next + 16, true),
      packed: list.getUint32(next + 20, true), size: list.getUint32(next + 24, true), header: list.getUint32(next + 42, true),
    };
    checkPlace(place);
    total += place.size;
    if (total > maxBytes) throw new UserError('too-large', `${file} unpacks to more than can be held here (${maxBytes} bytes). Choose a narrower dictionary.`);
    if (entries.has(name)) throw bad(`it holds two files named "${name.slice(0, 80)}"`);
    entries.set(name, entryAt(place));
    next = end;
  }
  return entries;
}

interface Place {
  readonly file: string;
  readonly blob: Blob;
  readonly name: string;
  readonly bad: (why: string) => UserError;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly header: number;
}

function checkPlace({ name, bad, flags, method, packed, size, header, blob }: Place): void {
  const quoted = `"${name.slice(0, 80)}"`;
  if ((flags & 1) !== 0) throw bad(`${quoted} is encrypted`);
  if (method !== 0 && method !== 8) throw bad(`${quoted} is packed by method ${method}; only stored and deflated files are read`);
  if (header + 30 + packed > blob.size) throw bad(`${quoted} reaches beyond its end`);
  if (method === 0 && packed !== size) throw bad(`${quoted} has two sizes`);
  if (method === 8 && size > packed * MOST_DEFLATED + 64) throw bad(`${quoted} claims to unpack to ${size} bytes from ${packed}`);
}

function entryAt(place: Place): ZipEntry {
  const { file, blob, name, size, method, packed, header, crc, bad } = place;
  const begin = async () => {
    const head = view(await readPart(blob, header, header + 30, file));
    if (head.getUint32(0, true) !== LOCAL) throw bad(`"${name.slice(0, 80)}" is not where the list says`);
    const start = header + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    if (start + packed > blob.size) throw bad(`"${name.slice(0, 80)}" reaches beyond its end`);
    return start;
  };
  return {
    name,
    size,
    isStored: method === 0,
    async bytes() {
      const start = await begin();
      const raw = await readPart(blob, start, start + packed, file);
      const out = method === 0 ? raw : inflate(raw, size, () => bad(`"${name.slice(0, 80)}" doesn't unpack to the ${size} bytes that it claims`));
      // Writers that skip the sum leave 0 there.
      if (crc !== 0 && crc32(out) !== crc) throw bad(`the bytes of "${name.slice(0, 80)}" are not those that were packed`);
      return out;
    },
    async part(from, to) {
      if (from < 0 || to > size) throw bad(`"${name.slice(0, 80)}" is shorter than its tensors need`);
      const start = await begin();
      return readPart(blob, start + from, start + to, file);
    },
  };
}

/** Never more than `size` bytes are kept, whatever the packed data say. */
function inflate(packed: Uint8Array, size: number, wrong: () => UserError): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  const inflater = new Inflate((chunk) => {
    if (at + chunk.length > size) throw wrong();
    out.set(chunk, at);
    at += chunk.length;
  });
  const STEP = 65_536;
  try {
    for (let from = 0; from < packed.length || from === 0; from += STEP) inflater.push(packed.subarray(from, from + STEP), from + STEP >= packed.length);
  } catch {
    throw wrong();
  }
  if (at !== size) throw wrong();
  return out;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

let table: Uint32Array | null = null;

/** CRC-32 as zip files use it (polynomial 0xEDB88320, reflected). */
function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] ?? 0)) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
