import { expect, it } from 'vitest';
import { createNewest } from './newest';

/** Answers that are given by hand. */
function byHand() {
  const open: { question: string; answer: (text: string) => void; fail: (error: Error) => void }[] = [];
  const told: string[] = [];
  const newest = createNewest<string, string>(
    (question) => new Promise((answer, fail) => open.push({ question, answer, fail })),
    { onAnswer: (answer, question) => told.push(`${question}: ${answer}`), onError: (error, question) => told.push(`${question}! ${String(error)}`) },
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { open, told, newest, settle };
}

it('asks one at a time, and of those that wait only the newest', async () => {
  const { open, told, newest, settle } = byHand();
  for (const question of ['a', 'b', 'c']) newest.ask(question);
  expect(open.map(({ question }) => question)).toEqual(['a']);
  open[0]?.answer('1');
  await settle();
  expect(open.map(({ question }) => question)).toEqual(['a', 'c']);
  open[1]?.fail(new Error('no'));
  await settle();
  expect(told).toEqual(['a: 1', 'c! Error: no']);
  newest.ask('d');
  open[2]?.answer('4');
  await settle();
  expect(told.at(-1)).toBe('d: 4');
});

it('tells nothing of what was under way when it was stopped, and can go on', async () => {
  const { open, told, newest, settle } = byHand();
  newest.ask('a');
  newest.ask('b');
  newest.stop();
  newest.ask('c');
  open[0]?.answer('late');
  open[1]?.answer('3');
  await settle();
  expect(open.map(({ question }) => question)).toEqual(['a', 'c']);
  expect(told).toEqual(['c: 3']);
});
