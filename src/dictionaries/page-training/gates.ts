/** What a trained dictionary has to reach, and what it did. The limits are ours, for small dictionaries on little text. */
export interface Gate {
  readonly name: 'fvu' | 'dead' | 'recovered';
  /** Null: it could not be measured. */
  readonly value: number | null;
  readonly limit: number;
  readonly passed: boolean;
}

export const GATE_LIMITS = { fvu: 0.3, dead: 0.2, recovered: 0.9 } as const;

/** FVU < 0.3, less than 20% dead, more than 90% of the loss recovered against ablating the hook point to zero. */
export function gatesOf(figures: { readonly fvu: number; readonly dead: number; readonly recovered: number | null }): readonly Gate[] {
  const below = (name: 'fvu' | 'dead', value: number): Gate => ({ name, value, limit: GATE_LIMITS[name], passed: value < GATE_LIMITS[name] });
  const { recovered } = figures;
  return [
    below('fvu', figures.fvu),
    below('dead', figures.dead),
    { name: 'recovered', value: recovered, limit: GATE_LIMITS.recovered, passed: recovered !== null && recovered > GATE_LIMITS.recovered },
  ];
}
