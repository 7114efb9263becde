import { useEffect, useMemo, useRef, useState } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import { ExcerptStrip } from '../../charts/ExcerptStrip';
import { HeatLegend } from '../../charts/TokenStrip-legend';
import { isAbort, messageOf } from '../../lib/errors';
import { Button, TextArea } from '../../ui';
import { activationHeat } from './heat';
import { createNewest, type Newest } from './newest';
import type { ReadText } from './own-record';
import { useAsk } from './use-ask';
import { figure } from './words';
import styles from './Dashboard.module.css';

export interface TestTextProps {
  readonly feature: FeatureRef;
  /** The largest activation known, or null: then the text's own is the end of the scale. */
  readonly max: number | null;
  /** What stands in the workbench's prompt, to be taken over. */
  readonly prompt: string | null;
  readonly text: string;
  readonly onText: (text: string) => void;
}

type State = { readonly status: 'busy' } | { readonly status: 'ready'; readonly read: ReadText } | { readonly status: 'failed'; readonly message: string };

/** A text of one's own: how strongly the feature fires at each of its tokens, as it is typed. */
export function TestText({ feature, max, prompt, text, onText }: TestTextProps) {
  const { ofText } = useAsk(feature);
  const [held, setHeld] = useState<{ readonly of: typeof ofText; readonly state: State } | null>(null);
  const newest = useRef<Newest<string>>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    const asking = createNewest((asked: string) => ofText(asked, stop.signal), {
      onAnswer: (read) => setHeld({ of: ofText, state: { status: 'ready', read } }),
      onError: (error) => !isAbort(error) && setHeld({ of: ofText, state: { status: 'failed', message: messageOf(error) } }),
    });
    newest.current = asking;
    return () => {
      asking.stop();
      stop.abort();
    };
  }, [ofText]);
  const isEmpty = text.trim() === '';
  useEffect(() => {
    if (!isEmpty) newest.current?.ask(text);
  }, [text, isEmpty, ofText]);

  const state: State | null = isEmpty ? null : held?.of === ofText ? held.state : { status: 'busy' };
  const read = state?.status === 'ready' ? state.read : null;
  const peak = read === null ? 0 : Array.from(read.values).reduce((high, value) => (value > high ? value : high), 0);
  const scale = useMemo(() => activationHeat(Math.max(max ?? 0, peak)), [max, peak]);
  return (
    <section className={styles.part} aria-label="test a text">
      <div className={styles.partHead}>
        <h4>Test a text</h4>
        {prompt !== null && prompt !== '' && prompt !== text ? (
          <Button variant="quiet" onPress={() => onText(prompt)}>
            Use the prompt
          </Button>
        ) : null}
      </div>
      <TextArea hideLabel label="Text to test this feature on" placeholder="Type a text: this feature’s activation at each token appears below." rows={2} value={text} onChange={onText} />
      <div aria-live="polite" aria-busy={state?.status === 'busy'}>
        {state?.status === 'failed' ? (
          <p className={styles.problem} role="alert">
            {state.message}
          </p>
        ) : null}
        {state?.status === 'busy' ? <p className={styles.note}>Computing…</p> : null}
        {read === null ? null : (
          <>
            <ExcerptStrip label="activations on your text" tokens={read.tokens} values={read.values} scale={scale} chosen={null} />
            <p className={styles.note}>
              {peak > 0 ? `Largest here: ${figure(peak)}${max !== null && max > 0 ? `, ${Math.round((100 * peak) / max)}% of the largest recorded` : ''}.` : 'It doesn’t fire on this text.'}{' '}
              The model’s start token, where it has one, is left out: dictionaries are not trained on it. <HeatLegend scale={scale} />
            </p>
          </>
        )}
      </div>
    </section>
  );
}
