import { useState } from 'react';
import type { ChatMessage } from '../../anatomy/chat';
import { Button, Dialog, Message, Select, TextArea } from '../../ui';
import { fromParts, otherRole, toParts, TURN_ROLES, type TurnRole } from './turns';
import styles from './Panel.module.css';

/**
 * The whole conversation in a dialog: a system message, and the turns of both sides, which may be put into the model's mouth. It is
 * taken over when the model's template has written it; what the template refuses is said, and nothing is changed.
 */
export function Conversation({
  messages,
  onClose,
  onUse,
}: {
  messages: readonly ChatMessage[];
  onClose: () => void;
  /** Gives why the template doesn't write it, or null when it is the prompt now. */
  onUse: (messages: readonly ChatMessage[]) => Promise<string | null>;
}) {
  const [{ system, turns }, setParts] = useState(() => toParts(messages));
  const [problem, setProblem] = useState<string | null>(null);
  const [isWriting, setWriting] = useState(false);
  const setTurn = (index: number, change: Partial<ChatMessage>) => setParts({ system, turns: turns.map((turn, i) => (i === index ? { ...turn, ...change } : turn)) });
  const use = async () => {
    setWriting(true);
    const refused = await onUse(fromParts({ system, turns }));
    setWriting(false);
    setProblem(refused);
    if (refused === null) onClose();
  };
  return (
    <Dialog title="Conversation" isOpen onClose={onClose}>
      <div className={styles.conversation}>
        <TextArea
          label="System message (empty: none)"
          rows={2}
          value={system}
          placeholder="What the model is told about how to answer."
          onChange={(text) => setParts({ system: text, turns })}
        />
        {turns.map(({ role, content }, index) => (
          <div key={index} className={styles.turn}>
            <Select
              label={`Who says turn ${index + 1}`}
              hideLabel
              value={role}
              options={TURN_ROLES.some((known) => known === role) ? ROLE_OPTIONS : [...ROLE_OPTIONS, { value: role, label: role }]}
              onChange={(chosen) => setTurn(index, { role: chosen })}
            />
            <TextArea hideLabel label={`Turn ${index + 1}, ${role}`} rows={2} value={content} onChange={(text) => setTurn(index, { content: text })} />
            <Button variant="quiet" isDisabled={turns.length === 1} onPress={() => setParts({ system, turns: turns.filter((_, i) => i !== index) })}>
              Remove<span className={styles.unseen}> turn {index + 1}</span>
            </Button>
          </div>
        ))}
        <p className={styles.hint}>What follows the last turn is the model’s answer.</p>
        {problem === null ? null : (
          <Message tone="error" title="The model’s template doesn’t write this">
            <p>{problem}</p>
          </Message>
        )}
        <div className={styles.turnButtons}>
          <Button onPress={() => setParts({ system, turns: [...turns, { role: otherRole(turns.at(-1)?.role), content: '' }] })}>Add a turn</Button>
          <Button variant="primary" isDisabled={isWriting} onPress={() => void use()}>
            Use it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

const ROLE_OPTIONS: readonly { readonly value: string; readonly label: TurnRole }[] = TURN_ROLES.map((role) => ({ value: role, label: role }));
