import type { ModelInfo } from '../../anatomy/model-info';
import { Message } from '../../ui';
import { describeFolding, describeStorage, isRounded } from './folding';
import { small } from './layout';
import { exceeding, firstExceeding, TOLERANCE, type NumericsReport } from './report';
import styles from './Panel.module.css';

/** The verdict, and what stands behind it in one line each. */
export function Summary({ report, info }: { report: NumericsReport; info: ModelInfo }) {
  const { differences, backend, device, storage, reference, nPos, ofPos, agreeing, disagreement, milliseconds } = report;
  const beyond = exceeding(differences);
  const first = firstExceeding(differences);
  const worst = beyond[0] ?? null;
  const most = differences.reduce((max, { share }) => Math.max(max, share), 0);
  const name = `${device === null ? backend : `${backend} (${device})`}${isRounded(info, storage) ? ` with ${storage} weights` : ''}`;
  const logits = differences.find(({ hook }) => hook === 'logits') ?? null;
  return (
    <>
      {worst === null || first === null ? (
        <Message tone="info" title={`Within the tolerance: ${name} agrees with ${reference}`}>
          The largest error of {differences.length} hook points is {small(most)} of the largest value there; the golden tests allow{' '}
          {small(TOLERANCE)}.
        </Message>
      ) : (
        <div role="alert">
          <Message tone="warning" title={`Warning: ${name} differs from ${reference} by more than the tolerance`}>
            {beyond.length} of {differences.length} hook points are beyond {small(TOLERANCE)} of the largest value. Worst:{' '}
            <code>{worst.hook}</code>, {small(worst.share)}. First in the forward pass: <code>{first.hook}</code>
            {first.pos === null ? '' : ` at position ${first.pos}`}.{' '}
            {isRounded(info, storage)
              ? `That is what rounding the weights to ${storage} does: what panels show is of the rounded model. Load it as stored for the numbers of the file.`
              : 'Don\'t trust what panels show on this backend; choose another.'}
          </Message>
        </div>
      )}
      <ul className={styles['facts']}>
        <li>
          Next token: the same at {agreeing} of {nPos} positions
          {disagreement === null
            ? '.'
            : `; at position ${disagreement.pos} id ${disagreement.given} instead of ${disagreement.right}, which leads by ${small(disagreement.margin)} nats.`}
        </li>
        <li>
          Largest difference of a log-probability: {small(report.maxLogprob)} nats (position {report.maxLogprobPos}).
        </li>
        {nPos < ofPos ? (
          <li>
            Compared: the first {nPos} of {ofPos} tokens of the prompt.
          </li>
        ) : null}
        <li>{describeStorage(info.storedDtype, storage, report.dtype)}</li>
        {isRounded(info, storage) && logits !== null ? (
          <li>
            Quantised against float: the logits are off by {small(logits.maxError)} at most, {small(logits.share)} of their largest value.
          </li>
        ) : null}
        <li>{describeFolding(report.folding)}</li>
        <li>
          {reference === 'cpu'
            ? 'Reference: plain float32 operations on the CPU.'
            : `The reference backend, cpu, computes already: compared with ${reference}, plain operations.`}{' '}
          {milliseconds.given.toFixed(0)} ms here, {milliseconds.reference.toFixed(0)} ms there.
        </li>
      </ul>
    </>
  );
}
