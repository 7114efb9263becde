import { describe, expect, it } from 'vitest';
import { createExclusive } from './exclusive';

const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
};

describe('one piece of work at a time', () => {
  it('runs in order, brief or not', async () => {
    const turn = createExclusive();
    const order: string[] = [];
    const note = (name: string) => async () => void order.push(name);
    await Promise.all([turn.run(note('a')), turn.runBriefly(note('b')), turn.run(note('c')), turn.runBriefly(note('d'))]);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets brief work in before its turn, once, and tells it so', async () => {
    const turn = createExclusive();
    const order: string[] = [];
    const hold = gate();
    const long = turn.run(async () => {
      await hold.opened;
      order.push('long begins');
      await turn.letIn();
      order.push('long ends');
    });
    const later = turn.run(async () => void order.push('later'));
    const brief = turn.runBriefly(async (isLetIn) => {
      order.push('brief');
      return isLetIn;
    });
    hold.open();
    expect(await brief).toBe(true);
    await Promise.all([long, later]);
    expect(order).toEqual(['long begins', 'brief', 'long ends', 'later']);
    expect(await turn.runBriefly(async (isLetIn) => isLetIn)).toBe(false);
  });

  it('goes on when what was let in fails or was cancelled', async () => {
    const turn = createExclusive();
    const hold = gate();
    const controller = new AbortController();
    const long = turn.run(async () => {
      await hold.opened;
      await turn.letIn();
      return 'done';
    });
    const failing = turn.runBriefly(() => Promise.reject(new Error('no')));
    const cancelled = turn.runBriefly(async () => 'never', controller.signal);
    controller.abort();
    hold.open();
    await expect(failing).rejects.toThrow('no');
    await expect(cancelled).rejects.toThrow('cancelled');
    expect(await long).toBe('done');
  });
});
