/** A storage that a tensor lies in: which file of the archive, of what numbers, how many. */
export interface StorageRef {
  readonly kind: 'storage';
  readonly type: string;
  readonly key: string;
  readonly numel: number;
}

/** A tensor as its file describes it: a view of a storage. */
export interface TensorRef {
  readonly kind: 'tensor';
  readonly storage: StorageRef;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** What a pickle of tensors can hold. Dicts are Maps, so that no key of a file can be a property of ours. */
export type Pickled = null | boolean | number | string | Pickled[] | PickledDict | StorageRef | TensorRef | Named;
export type PickledDict = Map<string, Pickled>;

/** A name on the list below: it stands for itself and is never looked up. */
export interface Named {
  readonly kind: 'name';
  readonly name: string;
}

const kindOf = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'kind' in value ? value.kind : null);
export const isNamed = (value: Pickled | undefined): value is Named => kindOf(value) === 'name';
export const isStorageRef = (value: Pickled | undefined): value is StorageRef => kindOf(value) === 'storage';
export const isTensorRef = (value: Pickled | undefined): value is TensorRef => kindOf(value) === 'tensor';
export const isCount = (value: Pickled | undefined): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
export const isCounts = (value: Pickled | undefined): value is number[] => Array.isArray(value) && value.every(isCount);
