import { NumberField, Select } from '../../ui';
import type { Knobs } from './plan';
import { settings, VARIANCES } from './settings';
import styles from './Panel.module.css';

const NUMBERS = ['klCoefficient', 'vsaeLr'] as const;

/** What only a variational dictionary is trained with. */
export function VariationalKnobs({ knobs, change }: { knobs: Knobs; change: (values: Partial<Knobs>) => void }) {
  return (
    <>
      <Select label={settings.variance.label} options={VARIANCES} value={knobs.variance} onChange={(variance) => change({ variance })} />
      {NUMBERS.map((name) => (
        <NumberField key={name} label={settings[name].label} min={settings[name].min} max={settings[name].max} step={settings[name].step} value={knobs[name]} onChange={(value) => change({ [name]: value })} />
      ))}
    </>
  );
}

/** What a variational dictionary is, what was found about it, and by whom. */
export function VariationalNote() {
  return (
    <p className={styles['note']}>
      A vSAE (variational) encodes into means with noise about them, keeps the k largest magnitudes, and pays c_KL for the divergence of its code from N(0, 1); formulas as in its authors’ code. Their finding, taken from a
      summary of the paper and not measured here: on Pythia-70m it does worse than TopK on core metrics and has many more dead features, because the divergence pushes activations to 0. c_KL 500 is theirs;
      activations are scaled here, so where nothing gets explained, try less.
    </p>
  );
}
