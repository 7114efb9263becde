import type { DictionaryOverrides, InputNormalization } from '../anatomy/dictionary';
import { parseHook } from '../anatomy/hook-names';
import { Select, TextField } from '../ui';
import dialog from './DictionaryDialog.module.css';
import styles from './ModelDialog.module.css';

const AS_FILES = 'as-files-say';
const YES_NO = [
  { value: AS_FILES, label: 'As the files say' },
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
] as const;
const NORMALIZATIONS: readonly { readonly value: InputNormalization | typeof AS_FILES; readonly label: string }[] = [
  { value: AS_FILES, label: 'As the files say' },
  { value: 'none', label: 'None' },
  { value: 'layer_norm', label: 'Layer norm' },
  { value: 'constant_norm_rescale', label: 'To norm √d' },
];

/** For files that say too little, or that were understood wrongly: what is set here counts for the next dictionary that is opened. */
export function DictionaryOverridesForm({ values, onChange }: { values: DictionaryOverrides; onChange: (values: DictionaryOverrides) => void }) {
  const set = <K extends keyof DictionaryOverrides>(key: K, value: DictionaryOverrides[K] | undefined) => {
    onChange(Object.fromEntries(Object.entries({ ...values, [key]: value }).filter(([, one]) => one !== undefined)));
  };
  const text = (value: string) => (value.trim() === '' ? undefined : value.trim());
  const hookProblem = (value: string | undefined) => (value === undefined || parseHook(value) !== null ? null : 'no place of a model is called so; blocks.3.hook_resid_post is one.');
  const yesNo = (value: boolean | undefined) => (value === undefined ? AS_FILES : value ? 'yes' : 'no');
  return (
    <>
      <p className={styles.note}>
        Some files don’t say where they belong, or how many features they keep. What is set here counts for what is opened next, and goes into links as a part of its name.
      </p>
      <div className={dialog.form}>
        <TextField mono label="Hook point it reads" placeholder="blocks.3.hook_resid_post" value={values.hookName ?? ''} onChange={(value) => set('hookName', text(value))} problem={hookProblem(values.hookName)} />
        <TextField
          mono
          label="Hook point it writes (transcoders)"
          placeholder="blocks.3.hook_mlp_out"
          value={values.hookNameOut ?? ''}
          onChange={(value) => set('hookNameOut', text(value))}
          problem={hookProblem(values.hookNameOut)}
        />
        <TextField label="k (TopK)" placeholder="32" value={values.k === undefined ? '' : String(values.k)} onChange={(value) => set('k', /^[1-9]\d{0,6}$/.test(value.trim()) ? Number(value) : undefined)} />
        <Select label="Subtract b_dec from the input" options={YES_NO} value={yesNo(values.applyBDecToInput)} onChange={(value) => set('applyBDecToInput', value === AS_FILES ? undefined : value === 'yes')} />
        <Select label="Take the mean over d_in away first" options={YES_NO} value={yesNo(values.centerInput)} onChange={(value) => set('centerInput', value === AS_FILES ? undefined : value === 'yes')} />
        <Select
          label="Normalise the input"
          options={NORMALIZATIONS}
          value={values.normalizeActivations ?? AS_FILES}
          onChange={(value) => set('normalizeActivations', value === AS_FILES ? undefined : value)}
        />
      </div>
    </>
  );
}
