import type { StorageChoice } from '../anatomy/weights';
import { Segmented } from '../ui';

const STORED = 'stored';
const OPTIONS = [
  { value: STORED, label: 'as stored' },
  { value: 'float32', label: 'float32' },
  { value: 'float16', label: 'float16' },
  { value: 'int8', label: 'int8' },
] as const;

/** How the big matrices of a model are to be kept; null: as they are stored. */
export function StorageField({ value, onChange }: { value: StorageChoice | null; onChange: (value: StorageChoice | null) => void }) {
  return (
    <Segmented
      label="Keep weights as"
      options={OPTIONS}
      value={value ?? STORED}
      onChange={(chosen) => onChange(chosen === STORED ? null : chosen)}
    />
  );
}
