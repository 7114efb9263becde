import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { ChatMessage } from '../../anatomy/chat';
import type { Prompt } from '../../store/document';
import { Button, TextArea } from '../../ui';
import { Conversation } from './Conversation';
import { parseIds, promptWarning } from './layout';
import styles from './Panel.module.css';

/** What writing a conversation needs. */
export interface ChatWriting {
  /** Makes this the last turn of the conversation, or begins one with it. */
  onTurn: (text: string) => void;
  /** Replaces the conversation. Gives why it could not be written, or null. */
  onMessages: (messages: readonly ChatMessage[]) => Promise<string | null>;
  /** Takes the model's answer as its turn, and begins the next one. */
  onAnswered: (answer: string) => void;
  /** Why the last turn could not be written, or null. */
  readonly problem: string | null;
}

export interface PromptWarning {
  readonly text: string;
  /** What the button says that puts it right. */
  readonly fix: string;
  onFix: () => void;
}

interface Draft {
  readonly text: string;
  /** What the document held when it was typed. */
  readonly of: string;
  /** A turn that was given away to be written. */
  readonly sent: string | null;
}

/** What of a prompt stands in the field. */
function writtenOf(prompt: Prompt): string {
  return prompt.kind === 'ids' ? prompt.ids.join(' ') : prompt.kind === 'chat' ? (prompt.messages.at(-1)?.content ?? '') : prompt.text;
}

/** How long the hands must rest before an edited prompt is run. */
const REST_MS = 300;

/**
 * The prompt: text, or the last turn of a conversation, or ids for a model without a tokenizer. What is typed runs by itself after
 * a short rest, the newest text wins; Ctrl+Enter runs at once. The draft follows the document when that changes from elsewhere
 * (undo, a link).
 */
export function PromptEditor({
  prompt,
  dVocab,
  hasTokenizer,
  isRunning,
  onPrompt,
  onGenerate,
  onStop,
  onUseText,
  chat = null,
  answer = null,
  warning = null,
  children,
}: {
  prompt: Prompt;
  dVocab: number;
  hasTokenizer: boolean;
  isRunning: boolean;
  onPrompt: (prompt: Prompt) => void;
  onGenerate: () => void;
  onStop: () => void;
  /** Turns a prompt of ids into its text. */
  onUseText: () => void;
  /** The prompt as a conversation; null for a model that doesn't say how it wants one written. */
  chat?: ChatWriting | null;
  /** What the model answered to the conversation, once it is written. */
  answer?: string | null;
  /** What is likely not meant about the prompt, and how to put it right. */
  warning?: PromptWarning | null;
  /** Further controls, below the button. */
  children?: ReactNode;
}) {
  const byIds = prompt.kind === 'ids' || !hasTokenizer;
  const isChat = prompt.kind === 'chat';
  const written = writtenOf(prompt);
  const [draft, setDraft] = useState<Draft>({ text: written, of: written, sent: null });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** A turn on its way: the model's template has to write it before it is the prompt. */
  const sent = useRef<string>(undefined);
  const [isEditing, setEditing] = useState(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  // A prompt that came from elsewhere calls off what was typed but not yet run.
  useEffect(() => {
    if (sent.current !== written) clearTimeout(timer.current);
    sent.current = undefined;
  }, [written]);
  // Another prompt came from elsewhere: it replaces the draft that belonged to the one before. A turn that has come back doesn't.
  const current = draft.of === written ? draft : { text: draft.sent === written ? draft.text : written, of: written, sent: null };
  if (current !== draft) setDraft(current);
  const { text } = current;

  const parsed = byIds ? parseIds(text, dVocab) : null;
  const commit = (typed: string): boolean => {
    clearTimeout(timer.current);
    const ids = byIds ? parseIds(typed, dVocab) : null;
    if (ids !== null && !ids.ok) return false;
    if (isChat) {
      if (typed === written || chat === null) return false;
      sent.current = typed;
      setDraft({ text: typed, of: written, sent: typed });
      chat.onTurn(typed);
      return true;
    }
    const next: Prompt = ids === null ? { kind: 'text', text: typed } : { kind: 'ids', ids: ids.ids };
    const nextWritten = writtenOf(next);
    if (nextWritten === written) return false;
    setDraft({ text: typed, of: nextWritten, sent: null });
    onPrompt(next);
    return true;
  };
  const run = () => {
    if (!commit(text) && (parsed?.ok ?? true)) onGenerate();
  };
  const likely = isChat ? null : promptWarning(text);
  const note = byIds ? (parsed?.ok === false ? parsed.problem : null) : ((isChat ? chat?.problem : null) ?? warning?.text ?? likely);
  return (
    <div className={styles.editor}>
      <div className={styles.prompt}>
        <TextArea
          hideLabel
          label={byIds ? 'Prompt as token ids' : isChat ? turnLabel(prompt) : 'Prompt'}
          value={text}
          rows={2}
          mono={byIds}
          placeholder={byIds ? '0 15 27 …' : isChat ? 'Say something; the model answers.' : 'Write a beginning; the model goes on.'}
          onChange={(typed) => {
            setDraft({ text: typed, of: written, sent: draft.sent });
            clearTimeout(timer.current);
            timer.current = setTimeout(() => commit(typed), REST_MS);
          }}
          onSubmit={run}
        />
        {/* Over the field's lower edge: it comes and goes while one types, and nothing may move with it. */}
        <span className={styles.warning} role="status" title={note ?? undefined}>
          {note}
        </span>
      </div>
      <div className={styles.side}>
        {isRunning ? (
          <Button onPress={onStop}>Stop</Button>
        ) : (
          <Button variant="primary" onPress={run} isDisabled={parsed?.ok === false}>
            Generate
          </Button>
        )}
        {children}
        {prompt.kind === 'ids' && hasTokenizer ? (
          <Button variant="quiet" onPress={onUseText}>
            Edit as text
          </Button>
        ) : null}
        {warning === null ? null : (
          <Button variant="quiet" onPress={warning.onFix}>
            {warning.fix}
          </Button>
        )}
        {isChat ? (
          <>
            {chat === null ? null : (
              <Button variant="quiet" onPress={() => setEditing(true)}>
                {prompt.messages.length === 1 ? 'Turns' : `${prompt.messages.length} turns`}
              </Button>
            )}
            {chat === null || answer === null ? null : (
              <Button variant="quiet" onPress={() => chat.onAnswered(answer)}>
                Reply
              </Button>
            )}
            <Button variant="quiet" onPress={() => onPrompt({ kind: 'text', text })}>
              Plain text
            </Button>
          </>
        ) : chat !== null && prompt.kind === 'text' ? (
          <Button variant="quiet" onPress={() => chat.onTurn(text)}>
            Chat
          </Button>
        ) : null}
      </div>
      {isEditing && isChat && chat !== null ? <Conversation messages={prompt.messages} onClose={() => setEditing(false)} onUse={chat.onMessages} /> : null}
    </div>
  );
}

/** Whose turn stands in the field. */
function turnLabel({ messages }: Prompt & { readonly kind: 'chat' }): string {
  const role = messages.at(-1)?.role ?? 'user';
  return `${role.slice(0, 1).toUpperCase()}${role.slice(1)} turn`;
}
