import { UserError } from '../../lib/errors';
import { isCount, isCounts, isNamed, isStorageRef, isTensorRef, type Named, type Pickled, type PickledDict, type StorageRef, type TensorRef } from './pickle-values';

const STORAGES = ['DoubleStorage', 'FloatStorage', 'HalfStorage', 'BFloat16Storage', 'LongStorage', 'IntStorage', 'ShortStorage', 'CharStorage', 'ByteStorage', 'BoolStorage'];
/** All that a file of tensors has to name. Every other name is refused, whatever it is. */
const NAMES = new Set([
  'collections.OrderedDict',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_parameter',
  ...STORAGES.map((storage) => `torch.${storage}`),
]);

const MARK = Symbol('mark');
type Slot = Pickled | typeof MARK;

/**
 * Reads the pickle of a PyTorch file as data. Pickles are programs that may call any function of Python; here there is nothing to
 * call: the few names that files of tensors need stand for descriptions, and every other name or instruction is refused.
 *
 * @throws UserError `unsafe-pickle` for a name that is not on the list, `bad-pickle` for what can't be read.
 */
export function readPickle(bytes: Uint8Array, file: string): Pickled {
  return new Reader(bytes, file).read();
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, Pickled>();
  #at = 0;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
  }

  read(): Pickled {
    for (;;) {
      const opcode = this.#take(1)[0] ?? 0;
      if (opcode === 0x2e) return this.#pop(); // STOP
      this.#step(opcode);
    }
  }

  #step(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        this.#take(1);
        return;
      case 0x95: // FRAME
        this.#take(8);
        return;
      case 0x28: // MARK
        this.#stack.push(MARK);
        return;
      case 0x30: // POP
        this.#pop();
        return;
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4b: // BININT1
        return this.#push(this.#take(1)[0] ?? 0);
      case 0x4d: // BININT2
        return this.#push(this.#number(2, (at) => this.#view.getUint16(at, true)));
      case 0x4a: // BININT
        return this.#push(this.#number(4, (at) => this.#view.getInt32(at, true)));
      case 0x47: // BINFLOAT, the only one that is big-endian
        return this.#push(this.#number(8, (at) => this.#view.getFloat64(at, false)));
      case 0x8a: // LONG1
        return this.#push(this.#long(this.#take(1)[0] ?? 0));
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#uint32()));
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        return this.#push(this.#text(this.#take(1)[0] ?? 0));
      case 0x7d: // EMPTY_DICT
        return this.#push(new Map());
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return this.#push([]);
      case 0x85: // TUPLE1
        return this.#push(this.#popMany(1));
      case 0x86: // TUPLE2
        return this.#push(this.#popMany(2));
      case 0x87: // TUPLE3
        return this.#push(this.#popMany(3));
      case 0x74: // TUPLE
        return this.#push(this.#popToMark());
      case 0x71: // BINPUT
        return this.#remember(this.#take(1)[0] ?? 0);
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#uint32());
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x68: // BINGET
        return this.#recall(this.#take(1)[0] ?? 0);
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#uint32());
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());
      case 0x61: // APPEND
        return this.#append(this.#popMany(1));
      case 0x65: // APPENDS
        return this.#append(this.#popToMark());
      case 0x63: // GLOBAL
        return this.#push(this.#named(this.#line(), this.#line()));
      case 0x93: { // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        return this.#push(this.#named(String(module), String(name)));
      }
      case 0x51: // BINPERSID
        return this.#push(this.#storage(this.#pop()));
      case 0x52: // REDUCE
        return this.#reduce();
      case 0x62: // BUILD: attributes of a state_dict, such as its versions
        this.#pop();
        if (!(this.#top() instanceof Map)) throw this.#bad('it sets attributes of something that is no dict');
        return;
      default:
        throw this.#bad(`it holds the instruction 0x${opcode.toString(16)}, which files of tensors don't need`);
    }
  }

  #bad(why: string): UserError {
    return new UserError('bad-pickle', `${this.#file} can't be read: ${why}. Save the tensors as .safetensors.`);
  }

  #take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw this.#bad('its pickle is cut off');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  #number(size: number, get: (at: number) => number): number {
    const at = this.#at;
    this.#take(size);
    return get(at);
  }

  #uint32(): number {
    return this.#number(4, (at) => this.#view.getUint32(at, true));
  }

  /** Two's complement, little-endian. */
  #long(size: number): number {
    if (size > 8) throw this.#bad('it holds a number of more than 64 bits');
    let value = 0n;
    this.#take(size).forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
    return Number(BigInt.asIntN(8 * size || 1, value));
  }

  #text(size: number): string {
    return new TextDecoder().decode(this.#take(size));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end === -1) throw this.#bad('its pickle is cut off');
    const text = this.#text(end - this.#at);
    this.#at += 1;
    return text;
  }

  #push(value: Pickled): void {
    this.#stack.push(value);
  }

  #top(): Slot | undefined {
    return this.#stack.at(-1);
  }

  #pop(): Pickled {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.#bad('its pickle takes what is not there');
    return value;
  }

  #popMany(count: number): Pickled[] {
    const values: Pickled[] = [];
    for (let i = 0; i < count; i += 1) values.unshift(this.#pop());
    return values;
  }

  #popToMark(): Pickled[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at === -1) throw this.#bad('its pickle takes what is not there');
    return this.#stack.splice(at).slice(1) as Pickled[];
  }

  #remember(index: number): void {
    const value = this.#pop();
    this.#memo.set(index, value);
    this.#push(value);
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#bad('its pickle takes what is not there');
    this.#push(value);
  }

  #setItems(items: readonly Pickled[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) throw this.#bad('it fills something that is no dict');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== 'string' && typeof key !== 'number') throw this.#bad('it holds a dict whose keys are no texts');
      dict.set(String(key), items[i + 1] ?? null);
    }
  }

  #append(items: readonly Pickled[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#bad('it fills something that is no list');
    for (const item of items) list.push(item);
  }

  #named(module: string, name: string): Named {
    const full = `${module}.${name}`;
    if (!NAMES.has(full))
      throw new UserError(
        'unsafe-pickle',
        `${this.#file} names ${full.slice(0, 120)}, which a file of tensors has no need of. Files of this kind can hold programs, so nothing but tensors is taken from them, and nothing is run. Save the tensors as .safetensors.`,
      );
    return { kind: 'name', name: full };
  }

  /** ('storage', type, key, device, numel). */
  #storage(id: Pickled): StorageRef {
    const [tag, type, key, , numel] = Array.isArray(id) ? id : [];
    const named = isNamed(type) ? type.name : '';
    if (tag !== 'storage' || !named.endsWith('Storage') || typeof key !== 'string' || !isCount(numel)) throw this.#bad('it refers to something that is no storage of tensors');
    return { kind: 'storage', type: named, key, numel };
  }

  #reduce(): void {
    const [target, args] = this.#popMany(2);
    if (!isNamed(target) || !Array.isArray(args)) throw this.#bad('it calls something that is no function on the list');
    if (target.name === 'collections.OrderedDict') return this.#push(this.#orderedDict(args));
    if (target.name === 'torch._utils._rebuild_tensor_v2') return this.#push(this.#tensor(args));
    if (target.name === 'torch._utils._rebuild_parameter') {
      const [tensor] = args;
      if (!isTensorRef(tensor)) throw this.#bad('it makes a parameter of something that is no tensor');
      return this.#push(tensor);
    }
    throw this.#bad(`it calls ${target.name}, which is no function`);
  }

  #orderedDict(args: readonly Pickled[]): PickledDict {
    const dict: PickledDict = new Map();
    const [pairs] = args;
    if (pairs === undefined) return dict;
    if (!Array.isArray(pairs)) throw this.#bad('it makes a dict of something that is no list of pairs');
    for (const pair of pairs) {
      if (!Array.isArray(pair) || typeof pair[0] !== 'string') throw this.#bad('it makes a dict of something that is no list of pairs');
      dict.set(pair[0], pair[1] ?? null);
    }
    return dict;
  }

  /** (storage, offset, size, stride, …): what follows says nothing of the numbers. */
  #tensor([storage, offset, size, stride]: readonly Pickled[]): TensorRef {
    if (!isStorageRef(storage) || !isCount(offset) || !isCounts(size) || !isCounts(stride) || size.length !== stride.length)
      throw this.#bad('it describes a tensor that can\'t be: offset, shape and strides have to be whole numbers from 0 on');
    return { kind: 'tensor', storage, offset, size: [...size], stride: [...stride] };
  }
}
