// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatMessage } from '../../anatomy/chat';
import type { Prompt } from '../../store/document';
import { WorkbenchProvider } from '../../store/react';
import type { WorkbenchState } from '../../store/state';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import { completeJsdom } from '../../ui/jsdom';
import { runs } from './fixtures';
import TextPanel from './Panel';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});
vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });

type Render = (messages: readonly ChatMessage[]) => Promise<string>;
const written: Render = async (messages) => `${messages.map(({ role, content }) => `<${role}>${content}`).join('')}<assistant>`;
const chatPrompt = (...contents: string[]): Prompt & { kind: 'chat' } => {
  const messages = contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
  return { kind: 'chat', messages, text: `${messages.map(({ role, content }) => `<${role}>${content}`).join('')}<assistant>` };
};

function show(prompt: Prompt, { hasChat = true, renderChat = written }: { hasChat?: boolean; renderChat?: Render } = {}, state: Partial<Omit<WorkbenchState, 'actions'>> = {}) {
  const store = createFixtureStore({ model: { status: 'ready', info: { ...fixtureModel(2, 2), hasChat } }, ...state });
  store.setState({ document: { ...store.getState().document, prompt }, actions: { ...store.getState().actions, renderChat } });
  render(
    <StrictMode>
      <WorkbenchProvider store={store}>
        <TextPanel />
      </WorkbenchProvider>
    </StrictMode>,
  );
  return { store, prompt: () => store.getState().document.prompt, field: () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: /Prompt|User turn/ }) };
}
completeJsdom();
const press = async (name: string) => act(async () => fireEvent.click(screen.getByRole('button', { name })));
const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });
const rest = () => act(() => vi.advanceTimersByTimeAsync(1000));
const note = () => screen.getAllByRole('status')[0]!.textContent;

describe('writing as a chat', () => {
  it('takes the text as a user turn and back', async () => {
    const { prompt } = show({ kind: 'text', text: 'Hi' });
    await press('Chat');
    expect(prompt()).toEqual(chatPrompt('Hi'));
    await press('Plain text');
    expect(prompt()).toEqual({ kind: 'text', text: 'Hi' });
  });

  it('is not offered for a model without a template', () => {
    show({ kind: 'text', text: 'Hi' }, { hasChat: false });
    expect(screen.queryByRole('button', { name: 'Chat' })).toBeNull();
  });

  it('writes what is typed after a rest, keeps earlier turns, and keeps what was typed meanwhile', async () => {
    const waiting: (() => void)[] = [];
    const { prompt, field } = show(chatPrompt('Hi', 'Yes?', 'A'), { renderChat: (messages) => new Promise((resolve) => waiting.push(() => void written(messages).then(resolve))) });
    const answer = () => act(async () => waiting.splice(0).forEach((go) => go()));
    await answer();
    expect(field().value).toBe('A');
    type(field(), 'AB');
    await rest();
    expect(prompt()).toEqual(chatPrompt('Hi', 'Yes?', 'A'));
    type(field(), 'ABC');
    await answer();
    expect(prompt()).toEqual(chatPrompt('Hi', 'Yes?', 'AB'));
    expect(field().value).toBe('ABC');
    await rest();
    await answer();
    expect(prompt()).toEqual(chatPrompt('Hi', 'Yes?', 'ABC'));
    expect(field().value).toBe('ABC');
  });

  it('follows undo', async () => {
    const { store, field } = show(chatPrompt('A'));
    type(field(), 'B');
    await rest();
    expect(field().value).toBe('B');
    await act(async () => store.getState().actions.undo());
    expect(field().value).toBe('A');
  });

  it('says what a template refuses and keeps the prompt', async () => {
    const { prompt, field } = show(chatPrompt('A'), { renderChat: () => Promise.reject(new Error('roles must alternate')) });
    type(field(), 'B');
    await rest();
    expect(note()).toBe('roles must alternate');
    expect(prompt()).toEqual(chatPrompt('A'));
    expect(field().value).toBe('B');
  });

  it('edits a system message and the turns of both sides, and says what the template refuses', async () => {
    const strict: Render = async (messages) => {
      if (messages.some(({ role }, index) => index > 0 && messages[index - 1]!.role === role)) throw new Error('Turns must alternate');
      return written(messages);
    };
    const { prompt, field } = show(chatPrompt('Hi'), { renderChat: strict });
    await press('Turns');
    const dialog = within(screen.getByRole('dialog', { name: 'Conversation' }));
    const write = (name: RegExp, value: string) => fireEvent.change(dialog.getByRole('textbox', { name }), { target: { value } });
    const click = (name: string) => act(async () => fireEvent.click(dialog.getByRole('button', { name })));
    write(/System message/, 'Be brief.');
    await click('Add a turn');
    write(/Turn 2, assistant/, 'Yes?');
    await click('Add a turn');
    write(/Turn 3, user/, 'Tell me more.');
    await click('Remove turn 2');
    await click('Use it');
    expect(dialog.getByText('Turns must alternate')).toBeTruthy();
    expect(prompt()).toEqual(chatPrompt('Hi'));
    await click('Remove turn 1');
    await click('Use it');
    expect(screen.queryByRole('dialog')).toBeNull();
    const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Tell me more.' }];
    expect(prompt()).toEqual({ kind: 'chat', messages, text: '<system>Be brief.<user>Tell me more.<assistant>' });
    expect(field().value).toBe('Tell me more.');
    type(field(), 'More.');
    await rest();
    expect(prompt()).toMatchObject({ messages: [messages[0], { role: 'user', content: 'More.' }] });
  });

  it('takes the answer as the model’s turn, without the token that ended it', async () => {
    const base = { ...runs.typical, promptLength: 2, ids: [0, 12, 13, 14, 1], tokens: ['<s>', 'Hi', ' There', ' you', '</s>'], status: 'done' as const };
    const info = { ...fixtureModel(2, 2), hasChat: true };
    const { prompt, field } = show(chatPrompt('Hi'), {}, { model: { status: 'ready', info: { ...info, config: { ...info.config, endIds: [1] } } }, texts: { base, steered: null } });
    await press('Reply');
    expect(prompt()).toEqual(chatPrompt('Hi', 'There you', ''));
    expect(field().value).toBe('');
    type(field(), 'Good');
    await rest();
    expect(prompt()).toEqual(chatPrompt('Hi', 'There you', 'Good'));
  });

  it('offers to write a conversation anew that this model writes otherwise', async () => {
    const { prompt } = show({ ...chatPrompt('A'), text: 'of another model' });
    await act(async () => undefined);
    expect(note()).toContain('another model');
    await press('Write anew');
    expect(prompt()).toEqual(chatPrompt('A'));
    expect(screen.queryByRole('button', { name: 'Write anew' })).toBeNull();
  });

  it('says so where the model has no template, and offers the turn alone', async () => {
    const { prompt } = show(chatPrompt('A'), { hasChat: false });
    expect(note()).toContain('no chat template');
    await press('Use the turn alone');
    expect(prompt()).toEqual({ kind: 'text', text: 'A' });
  });
});

describe('a second start of text', () => {
  const base = { ...runs.typical, ids: [0, 0, 12, 13, 14, 15], tokens: ['<|endoftext|>', '<|endoftext|>', ' upon', ' a', ' time', '\n'] };
  it('is told, and removed on request', async () => {
    const { prompt } = show({ kind: 'text', text: '<|endoftext|> upon a' }, {}, { texts: { base, steered: null } });
    expect(note()).toContain('<|endoftext|>');
    await press('Remove <|endoftext|>');
    expect(prompt()).toEqual({ kind: 'text', text: ' upon a' });
  });

  it('is no matter for a chat, or a text with one start', () => {
    show(chatPrompt('A'), {}, { texts: { base, steered: null } });
    expect(screen.queryByRole('button', { name: /^Remove/ })).toBeNull();
    cleanup();
    show({ kind: 'text', text: 'Once upon a' }, {}, { texts: { base: runs.typical, steered: null } });
    expect(screen.queryByRole('button', { name: /^Remove/ })).toBeNull();
  });
});
