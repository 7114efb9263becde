import type { DictionaryInfo } from '../../anatomy/dictionary';
import { visible } from '../../lib/token-text';
import { useActions } from '../../store/react';
import { Button } from '../../ui';
import type { Reasoning } from './reason';
import { steeringToward } from './steer';
import styles from './Panel.module.css';

/** What was seen where, which rules fired on it, and the way to steer toward what they conclude. */
export function Conclusions({ reasoning, tokens, info, alpha }: { reasoning: Reasoning; tokens: readonly string[]; info: DictionaryInfo; alpha: number }) {
  const { concepts, sightings, trace } = reasoning;
  const actions = useActions();
  return (
    <>
      <h3 className={styles['heading']}>What the prompt says</h3>
      {sightings.length === 0 ? <p className={styles['note']}>No concept is active on the prompt.</p> : null}
      <ul className={styles['list']} aria-label="concepts that are active">
        {[...new Set(sightings.map(({ name }) => name))].map((name) => (
          <li key={name}>
            <strong>{name}</strong> at{' '}
            {sightings
              .filter((one) => one.name === name)
              .map(({ pos, feature, margin }) => (
                <button key={pos} type="button" className={styles['token']} title={`feature ${feature}, ${margin.toFixed(2)} above its threshold; press to pin the position`} onClick={() => actions.pin(pos)}>
                  {visible(tokens[pos] ?? '')}
                </button>
              ))}
          </li>
        ))}
      </ul>
      <h3 className={styles['heading']}>What follows</h3>
      {trace.length === 0 ? <p className={styles['note']}>No rule fires.</p> : null}
      <ol className={styles['list']} aria-label="rules that fired">
        {trace.map(({ round, rule }) => {
          const concept = concepts.find(({ name }) => name === rule.target);
          return (
            <li key={rule.text}>
              round {round}: <code>{rule.text}</code>{' '}
              {concept === undefined ? (
                <span className={styles['note']}>(no features of "{rule.target}" are known, so nothing can be steered)</span>
              ) : (
                <Button onPress={() => actions.addGroup(steeringToward(concept, info.id, info.spec.hookNameOut, alpha))}>Steer toward {rule.target}</Button>
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}
