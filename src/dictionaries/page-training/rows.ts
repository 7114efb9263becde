/** Σ a[i]·b[i] over `d` numbers from two places. */
export function dotAt(a: Float32Array, from: number, b: Float32Array, bFrom: number, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i += 1) sum += (a[from + i] ?? 0) * (b[bFrom + i] ?? 0);
  return sum;
}

/** out[i] += factor·a[i] over `d` numbers. */
export function addScaled(out: Float32Array, to: number, factor: number, a: Float32Array, from: number, d: number): void {
  for (let i = 0; i < d; i += 1) out[to + i] = (out[to + i] ?? 0) + factor * (a[from + i] ?? 0);
}

/**
 * Finds the k largest of a row again and again without new memory: a heap whose root is the smallest of those kept. Ties go to
 * the lower index.
 */
export class LargestOf {
  readonly indices: Int32Array;
  readonly values: Float64Array;
  count = 0;

  constructor(most: number) {
    this.indices = new Int32Array(most);
    this.values = new Float64Array(most);
  }

  clear(): void {
    this.count = 0;
  }

  offer(index: number, value: number, k: number): void {
    if (this.count < k) {
      this.#place(this.count, index, value);
      this.count += 1;
      this.#up(this.count - 1);
    } else if (value > (this.values[0] ?? 0)) {
      this.#place(0, index, value);
      this.#down();
    }
  }

  /** In the order of their indices: sums over them then depend on nothing but the values. */
  sort(): void {
    const order = Array.from({ length: this.count }, (_, i) => [this.indices[i] ?? 0, this.values[i] ?? 0] as const).sort((a, b) => a[0] - b[0]);
    order.forEach(([index, value], i) => this.#place(i, index, value));
  }

  /** Leaves out what is not above zero; the order stays. */
  keepPositive(): void {
    let kept = 0;
    for (let at = 0; at < this.count; at += 1) {
      if ((this.values[at] ?? 0) <= 0) continue;
      this.#place(kept, this.indices[at] ?? 0, this.values[at] ?? 0);
      kept += 1;
    }
    this.count = kept;
  }

  #place(at: number, index: number, value: number): void {
    this.indices[at] = index;
    this.values[at] = value;
  }

  /** Whether what stands at `a` goes before what stands at `b` when one has to leave: the smaller one, of equal ones the later. */
  #leavesFirst(a: number, b: number): boolean {
    const difference = (this.values[a] ?? 0) - (this.values[b] ?? 0);
    return difference < 0 || (difference === 0 && (this.indices[a] ?? 0) > (this.indices[b] ?? 0));
  }

  #swap(a: number, b: number): void {
    const [index, value] = [this.indices[a] ?? 0, this.values[a] ?? 0];
    this.#place(a, this.indices[b] ?? 0, this.values[b] ?? 0);
    this.#place(b, index, value);
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#leavesFirst(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(): void {
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.count && this.#leavesFirst(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }
}
