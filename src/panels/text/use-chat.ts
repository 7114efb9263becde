import { useEffect, useRef, useState } from 'react';
import type { ChatMessage } from '../../anatomy/chat';
import type { ModelInfo } from '../../anatomy/model-info';
import { messageOf } from '../../lib/errors';
import type { Prompt } from '../../store/document';
import { useActions } from '../../store/react';
import type { ChatWriting } from './PromptEditor';

interface Otherwise {
  readonly text: string;
  readonly fix: string;
}

/**
 * Writes conversations with the loaded model's chat template. `otherwise` is set when the prompt is a conversation that this model
 * would write in another way, as after another model was loaded; `writeAnew` puts that right.
 */
export function useChat(info: ModelInfo | null, prompt: Prompt): { chat: ChatWriting | null; otherwise: Otherwise | null; writeAnew: () => void } {
  const actions = useActions();
  const [failed, setFailed] = useState<{ prompt: Prompt; message: string } | null>(null);
  const [fresh, setFresh] = useState<{ of: string; prompt: Prompt; text: string } | null>(null);
  const newest = useRef(0);
  const hash = info?.hash ?? '';
  const hasChat = info?.hasChat === true;

  // A prompt from elsewhere, or another model, ends the wait for a turn.
  useEffect(() => () => void (newest.current += 1), [prompt, hash]);

  useEffect(() => {
    if (prompt.kind !== 'chat' || !hasChat) return;
    let isWanted = true;
    actions.renderChat(prompt.messages).then((text) => isWanted && setFresh({ of: hash, prompt, text }), () => undefined);
    return () => void (isWanted = false);
  }, [actions, prompt, hash, hasChat]);

  /** Null when it is the prompt now, or another one is wanted meanwhile; else why it could not be written. */
  const tryToWrite = async (messages: readonly ChatMessage[]): Promise<string | null> => {
    newest.current += 1;
    const mine = newest.current;
    try {
      const text = await actions.renderChat(messages);
      if (mine !== newest.current) return null;
      setFailed(null);
      actions.setPrompt({ kind: 'chat', messages, text });
      return null;
    } catch (error) {
      return mine === newest.current ? messageOf(error) : null;
    }
  };
  const write = (messages: readonly ChatMessage[]) =>
    void tryToWrite(messages).then((message) => {
      if (message !== null) setFailed({ prompt, message });
    });
  const messages = prompt.kind === 'chat' ? prompt.messages : [];
  const last = messages.at(-1);
  const chat: ChatWriting | null = hasChat
    ? {
        onTurn: (content) => write([...messages.slice(0, -1), { role: last?.role ?? 'user', content }]),
        onMessages: tryToWrite,
        onAnswered: (answer) => write([...messages, { role: 'assistant', content: answer }, { role: 'user', content: '' }]),
        problem: failed?.prompt === prompt ? failed.message : null,
      }
    : null;
  const isOther = prompt.kind === 'chat' && fresh !== null && fresh.of === hash && fresh.prompt === prompt && fresh.text !== prompt.text;
  const isForeign = prompt.kind === 'chat' && info !== null && !hasChat;
  return {
    chat,
    otherwise: isOther
      ? { text: 'written with the template of another model or day', fix: 'Write anew' }
      : isForeign
        ? { text: 'this model has no chat template: it reads what another one’s wrote', fix: 'Use the turn alone' }
        : null,
    writeAnew() {
      if (prompt.kind !== 'chat') return;
      if (hasChat) write(prompt.messages);
      else actions.setPrompt({ kind: 'text', text: prompt.messages.at(-1)?.content ?? '' });
    },
  };
}
