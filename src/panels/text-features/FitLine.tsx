import { Button, Message, Progress } from '../../ui';
import { fitOf } from './fit';
import type { Activations } from './activations';
import { BASELINES, type Loss } from './use-loss';
import type { OnDemand } from './use-on-demand';
import styles from './Panel.module.css';

export interface FitLineProps {
  readonly activations: Activations;
  /** L0 that the dictionary's files or its catalogue give; null where they don't. */
  readonly advertisedL0: number | null;
  readonly loss: OnDemand<Loss>;
  /** False while the text is still being written. */
  readonly canMeasure: boolean;
  readonly onMeasure: () => void;
  readonly onCancel: () => void;
}

/** How well the dictionary describes this text: figures that keep their places. */
export function FitLine({ activations, advertisedL0, loss, canMeasure, onMeasure, onCancel }: FitLineProps) {
  const fit = fitOf(activations);
  return (
    <section className={styles['fit']} aria-label="fit of the dictionary to this text">
      <h3>How well the dictionary describes this text</h3>
      <dl className={styles['figures']}>
        <Figure name="explained variance" value={share(fit.explainedVariance)} note="of this text, without its start token" />
        <Figure name="error" value={share(fit.relativeError)} note="mean ‖x − x̂‖ / ‖x‖" />
        <Figure name="L0" value={fit.l0.toFixed(1)} note={`features per token${advertisedL0 === null ? '' : `; its files say ${advertisedL0.toFixed(1)}`}`} />
        {loss.status === 'ready' ? <LossFigures loss={loss.value} /> : null}
      </dl>
      {loss.status === 'running' ? (
        <div className={styles['progress']}>
          <Progress label="Running the model without what the dictionary misses" value={loss.done / BASELINES.length} detail={`${loss.done} of ${BASELINES.length}`} />
          <Button onPress={onCancel}>Cancel</Button>
        </div>
      ) : loss.status === 'ready' ? (
        <p className={styles['note']}>
          The reconstruction in place of the activation, without the error term, at every token but the start token. Measured on this one text: a few dozen tokens scatter. “Mean” puts in the mean over this text, not over a
          corpus. Zeroing the stream is a very weak baseline, so that share looks better than it is: ΔCE is the honest figure.
        </p>
      ) : (
        <Button isDisabled={!canMeasure} onPress={onMeasure}>
          Measure loss recovered
        </Button>
      )}
      {loss.status === 'failed' ? (
        <Message tone="error" title="The loss could not be measured">
          {loss.message}
        </Message>
      ) : null}
    </section>
  );
}

function LossFigures({ loss }: { loss: Loss }) {
  return (
    <>
      <Figure name="ΔCE" value={nats(loss.delta)} note={`nats per token: ${nats(loss.sae)} with the reconstruction, ${nats(loss.clean)} without`} />
      <Figure name="recovered, zero" value={share(loss.recoveredZero)} note={`against zeros: ${nats(loss.zero)} nats`} />
      <Figure name="recovered, mean" value={share(loss.recoveredMean)} note={`against the mean over this text: ${nats(loss.mean)} nats`} />
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div title={note}>
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd className={styles['meaning']}>{note}</dd>
    </div>
  );
}

const nats = (value: number | null) => (value === null ? '–' : `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(3)}`);
const share = (value: number | null) => (value === null || !Number.isFinite(value) ? '–' : `${(100 * value).toFixed(1)}%`.replace('-', '−'));
