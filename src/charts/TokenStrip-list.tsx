import { Fragment, memo } from 'react';
import { visible } from '../lib/token-text';
import { HEAT_STYLES, heatLevel } from './TokenStrip-heat';
import type { Chunk } from './TokenStrip-turns';
import { tokenLabel } from './TokenStrip-words';
import styles from './TokenStrip.module.css';

/** The tokens of a strip in their two phases. Renders only when something about the tokens changed; then only those chunks. */
export const TokenList = memo(function TokenList({ chunks }: { chunks: readonly Chunk[] }) {
  const of = (phase: Chunk['phase']) => chunks.filter((chunk) => chunk.phase === phase).map((chunk) => <Tokens key={chunk.from} chunk={chunk} />);
  const prompt = of('prompt');
  const response = of('response');
  return (
    <>
      {prompt.length > 0 ? (
        <span role="group" aria-label="prompt" className={styles.prompt}>
          {prompt}
        </span>
      ) : null}
      {response.length > 0 ? (
        <span role="group" aria-label="response" data-phase="response" className={styles.response}>
          <span className={styles.phase} aria-hidden="true">
            response
          </span>
          {response}
        </span>
      ) : null}
    </>
  );
});

const Tokens = memo(function Tokens({ chunk: { from, tokens, ids, values, scale, pinned, tabStop } }: { chunk: Chunk }) {
  return tokens.map((text, index) => (
    <Token
      key={from + index}
      pos={from + index}
      text={text}
      level={scale === null ? -1 : heatLevel(values[index], scale)}
      label={tokenLabel(text, from + index, ids[index] ?? -1, values[index], scale)}
      isPinned={pinned === from + index}
      isTabStop={tabStop === from + index}
    />
  ));
});

interface TokenProps {
  pos: number;
  text: string;
  /** −1: no heat. */
  level: number;
  label: string;
  isPinned: boolean;
  isTabStop: boolean;
}

const Token = memo(function Token({ pos, text, level, label, isPinned, isTabStop }: TokenProps) {
  // Lines may break before a word and after a newline, not inside a word that is several tokens.
  const mayBreak = pos > 0 && /^\s/.test(text);
  return (
    <>
      {mayBreak ? <wbr /> : null}
      <span
        role="option"
        data-pos={pos}
        className={styles.token}
        tabIndex={isTabStop ? 0 : -1}
        aria-selected={isPinned}
        aria-label={label}
        style={HEAT_STYLES[level]}
      >
        {visible(text)
          .split('↵')
          .map((piece, index, pieces) => (
            <Fragment key={index}>
              {piece}
              {index < pieces.length - 1 ? (
                <>
                  ↵<br />
                </>
              ) : null}
            </Fragment>
          ))}
      </span>
    </>
  );
});
