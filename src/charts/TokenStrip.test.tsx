// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { Profiler } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TokenStrip, type TokenStripProps } from './TokenStrip';
import { LOGPROB_HEAT } from './TokenStrip-heat';

afterEach(cleanup);
/** A busy machine takes its time for so many tokens. */
const BUSY = { timeout: 30_000 };

const props: TokenStripProps = {
  label: 'base text',
  tokens: ['<|endoftext|>', 'Once', ' upon', '\n', ' a'],
  ids: [0, 5, 6, 7, 8],
  promptLength: 3,
  values: Float32Array.of(NaN, -7, -0.5, -1, -9),
  scale: LOGPROB_HEAT,
  pinned: null,
  hovered: null,
  onPin: () => undefined,
  onHover: () => undefined,
};
const token = (pos: number) => screen.getAllByRole('option')[pos]!;

describe('TokenStrip', () => {
  it('shows every token exactly, in its phase, the first one too', () => {
    render(<TokenStrip {...props} />);
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual(['<|endoftext|>', 'Once', '·upon', '↵', '·a']);
    expect(within(screen.getByRole('group', { name: 'prompt' })).getAllByRole('option')).toHaveLength(3);
    expect(within(screen.getByRole('group', { name: 'response' })).getAllByRole('option')).toHaveLength(2);
    expect(token(1).getAttribute('aria-label')).toBe('Once, position 1, id 5, −7.00 nats (0.091%)');
    expect(token(0).getAttribute('aria-label')).toBe('<|endoftext|>, position 0, id 0');
  });

  it('pins by click and lets go by a second one', () => {
    const onPin = vi.fn();
    const { rerender } = render(<TokenStrip {...props} onPin={onPin} />);
    fireEvent.click(token(2));
    expect(onPin).toHaveBeenLastCalledWith(2);
    rerender(<TokenStrip {...props} onPin={onPin} pinned={2} />);
    expect(token(2).getAttribute('aria-selected')).toBe('true');
    fireEvent.click(token(2));
    expect(onPin).toHaveBeenLastCalledWith(null);
  });

  it('has one tab stop and moves it with arrows, Home and End; Enter pins', () => {
    const onPin = vi.fn();
    render(<TokenStrip {...props} onPin={onPin} />);
    const stops = () => screen.getAllByRole('option').flatMap((option, pos) => (option.tabIndex === 0 ? [pos] : []));
    expect(stops()).toEqual([0]);
    token(0).focus();
    fireEvent.keyDown(token(0), { key: 'ArrowRight' });
    expect(document.activeElement).toBe(token(1));
    fireEvent.keyDown(token(1), { key: 'End' });
    expect(document.activeElement).toBe(token(4));
    fireEvent.keyDown(token(4), { key: 'ArrowRight' });
    expect(stops()).toEqual([4]);
    fireEvent.keyDown(token(4), { key: 'Home' });
    fireEvent.keyDown(token(0), { key: 'Enter' });
    expect(onPin).toHaveBeenLastCalledWith(0);
  });

  it('tells on hover what is there, and tells others', () => {
    const onHover = vi.fn();
    render(<TokenStrip {...props} onHover={onHover} />);
    fireEvent.pointerOver(token(4));
    expect(onHover).toHaveBeenLastCalledWith(4);
    expect(screen.getByTestId('token-tip').textContent).toContain('id 8');
    expect(screen.getByTestId('token-tip').textContent).toContain('position 4, response');
    fireEvent.pointerLeave(screen.getByRole('listbox'));
    expect(screen.queryByTestId('token-tip')).toBeNull();
  });

  it('marks the position another panel points at, without rendering tokens again', () => {
    let commits = 0;
    const list = (hovered: number | null) => (
      <Profiler id="strip" onRender={() => (commits += 1)}>
        <TokenStrip {...props} hovered={hovered} />
      </Profiler>
    );
    const { rerender } = render(list(null));
    const before = token(3).firstChild;
    rerender(list(3));
    expect(token(3).hasAttribute('data-hover')).toBe(true);
    expect(token(3).firstChild).toBe(before);
    rerender(list(null));
    expect(token(3).hasAttribute('data-hover')).toBe(false);
    expect(commits).toBe(3);
  });

  it('draws an empty text, and one of thousands of tokens a few hundred per frame', async () => {
    const { rerender } = render(<TokenStrip {...props} tokens={[]} ids={[]} promptLength={0} values={null} />);
    expect(screen.queryAllByRole('option')).toHaveLength(0);
    const many = Array.from({ length: 3000 }, (_, index) => ` t${index}`);
    rerender(<TokenStrip {...props} tokens={many} ids={many.map((_, index) => index)} promptLength={2990} values={null} />);
    const drawn = () => document.querySelectorAll('[data-pos]').length;
    expect(drawn()).toBe(256);
    await waitFor(() => expect(drawn()).toBe(3000), BUSY);
    expect(within(screen.getByRole('group', { name: 'prompt' })).getAllByRole('option', { hidden: true })).toHaveLength(2990);
    expect([...document.querySelectorAll<HTMLElement>('[data-pos]')].map(({ dataset }) => Number(dataset['pos']))).toEqual(many.map((_, index) => index));

    // Another text of the same length: the old one is exchanged in turns, a pin in what stands there comes at once.
    const others = many.map((text) => `${text}x`);
    const changed = () => [...document.querySelectorAll('[data-pos]')].filter(({ textContent }) => textContent?.endsWith('x')).length;
    const later = { ...props, tokens: others, ids: many.map((_, index) => index), promptLength: 2990, values: null };
    rerender(<TokenStrip {...later} />);
    expect([drawn(), changed()]).toEqual([3000, 256]);
    await waitFor(() => expect(changed()).toBe(3000), BUSY);
    rerender(<TokenStrip {...later} pinned={2500} />);
    expect(document.querySelector('[data-pos="2500"]')?.getAttribute('aria-selected')).toBe('true');
  });
});
