import { NumberField, Segmented, TextArea, TextField } from '../../ui';
import { settings, type Settings } from './settings';
import styles from './Panel.module.css';

/** What a view needs to be told. */
export function Inputs({ values, onChange, setName, used }: { values: Settings; onChange: (change: Partial<Settings>) => void; setName: string | null; used: number }) {
  const source = values.prompts.trim() !== '' ? 'these prompts' : setName !== null ? `the prompt set ${setName}` : null;
  const prompts = (
    <>
      <TextArea label={settings.prompts.label} rows={3} value={values.prompts} placeholder={setName === null ? '' : `empty: the prompt set ${setName}`} onChange={(text) => onChange({ prompts: text })} />
      <p className={styles['note']}>
        {used > 0 ? `${used} of ${source ?? ''} are measured; at most 400 and 18,000 characters at a time.` : values.view === 'effective' ? 'None: the text of the workbench is measured.' : 'Write prompts down, or upload a set in the panel Prompt sets.'}
      </p>
    </>
  );
  switch (values.view) {
    case 'effective':
      return prompts;
    case 'separability':
      return <TextArea label={settings.labelled.label} rows={6} value={values.labelled} onChange={(labelled) => onChange({ labelled, unit: -1 })} />;
    case 'similarity':
      return (
        <>
          <TextArea label={settings.exemplars.label} rows={3} value={values.exemplars} onChange={(exemplars) => onChange({ exemplars })} />
          <Segmented label={settings.pool.label} options={settings.pool.options} value={values.pool} onChange={(pool) => onChange({ pool })} />
          {prompts}
        </>
      );
    case 'gradient':
      return (
        <div className={styles['bar']}>
          <NumberField label={settings.beta.label} min={settings.beta.min} max={settings.beta.max} step={settings.beta.step} value={values.beta} onChange={(beta) => onChange({ beta })} />
          <TextField label={settings.plus.label} placeholder="the likeliest" value={values.plus} onChange={(plus) => onChange({ plus })} />
          <TextField label={settings.minus.label} placeholder="the second likeliest" value={values.minus} onChange={(minus) => onChange({ minus })} />
        </div>
      );
  }
}
