// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextTokensAnswer, runs } from './fixtures';
import { nextTokensOf } from './layout';
import { TextColumn, type TextColumnProps } from './TextColumn';

afterEach(cleanup);

const props: TextColumnProps = {
  slot: 'base',
  run: runs.typical,
  next: nextTokensOf(nextTokensAnswer(runs.typical)),
  nextProblem: null,
  pieces: new Map([[109, ' girl']]),
  view: 'tokens',
  heat: 'logprob',
  ranks: 3,
  nCtx: 512,
  pinned: null,
  hovered: null,
  onPin: () => undefined,
  onHover: () => undefined,
  onRetry: () => undefined,
};
const rows = () => within(screen.getByRole('table')).getAllByRole('row').slice(1);

describe('TextColumn', () => {
  it.each(Object.keys(runs) as (keyof typeof runs)[])('draws the state "%s"', async (name) => {
    const run = runs[name];
    render(<TextColumn {...props} run={run} next={null} />);
    expect(screen.getByRole('region', { name: 'base run' })).toBeDefined();
    // A long text comes a few hundred tokens per frame.
    await waitFor(() => expect(document.querySelectorAll('[data-pos]')).toHaveLength(run?.ids.length ?? 0), { timeout: 30_000 });
  });

  it('keeps the rows of the table before, while and after figures are there', () => {
    const { rerender, container } = render(<TextColumn {...props} next={null} />);
    const count = () => container.querySelectorAll('tbody tr').length;
    expect(count()).toBe(3);
    rerender(<TextColumn {...props} />);
    expect(count()).toBe(3);
    expect(rows()[0]?.textContent).toBe('1·girl50.0%−0.69');
  });

  it('follows the pinned position', () => {
    const { rerender } = render(<TextColumn {...props} />);
    expect(screen.getByText('next after ·a (end of the prompt)')).toBeDefined();
    rerender(<TextColumn {...props} pinned={1} />);
    expect(screen.getByText('next after Once (position 1)')).toBeDefined();
  });

  it('says why a run failed and lets one try again', () => {
    const onRetry = vi.fn();
    render(<TextColumn {...props} run={runs.failed} next={null} onRetry={onRetry} />);
    expect(screen.getByRole('alert').textContent).toContain('this model takes 512');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledOnce();
  });

  it('shows plain text with its two phases apart', () => {
    render(<TextColumn {...props} view="text" />);
    expect(screen.getByRole('group', { name: 'base text' }).textContent).toBe('<|endoftext|>Once upon a time\n');
  });
});
