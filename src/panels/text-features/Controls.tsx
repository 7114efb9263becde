import { Disclosure, NumberField, Segmented, Select, Toggle } from '../../ui';
import { valueWords } from './list';
import { BYS, COMPARISONS, MAX_TOP, SCOPES, STRIPS, type Settings } from './settings';
import styles from './Panel.module.css';

/** Over a set only these two mean something. */
const SET_BYS = [
  { value: 'max', label: 'highest activation, mean over prompts' },
  { value: 'count', label: 'share of prompts' },
] as const satisfies readonly { value: Settings['by']; label: string }[];

/** What the list is over and how it is sorted; the filters fold away. */
export function Controls({ values, hasRecords, onChange }: { values: Settings; hasRecords: boolean; onChange: (change: Partial<Settings>) => void }) {
  const { scope, by, compare } = values;
  const ofSet = scope === 'set';
  const options = ofSet ? SET_BYS : BYS;
  return (
    <>
      <div className={styles['controls']}>
        <Segmented label="top features of" hideLabel options={SCOPES} value={scope} onChange={(value) => onChange({ scope: value })} />
        {scope === 'token' ? null : scope === 'difference' ? (
          <Select hideLabel label="compared by" options={COMPARISONS} value={compare} onChange={(value) => onChange({ compare: value })} />
        ) : (
          <Select hideLabel label="sorted by" options={options} value={ofSet && by !== 'count' ? 'max' : by} onChange={(value) => onChange({ by: value })} />
        )}
        {scope === 'text' ? null : <span className={styles['note']}>{valueWords(values)}</span>}
      </div>
      <Disclosure title="Filters">
        <div className={styles['filters']}>
          <NumberField label="how many" value={values.top} min={1} max={MAX_TOP} step={1} onChange={(top) => onChange({ top })} />
          <NumberField label="activation from" value={values.least} min={0} max={1000} step={0.05} onChange={(least) => onChange({ least })} />
          <Segmented label="text coloured by" options={STRIPS} value={values.strip} onChange={(strip) => onChange({ strip })} />
          <Toggle label="hide dense features (over 10% of tokens)" isOn={values.hideDense} isDisabled={!hasRecords} onChange={(hideDense) => onChange({ hideDense })} />
          {hasRecords ? null : <span className={styles['note']}>No records of this dictionary say how dense its features are.</span>}
        </div>
      </Disclosure>
    </>
  );
}
