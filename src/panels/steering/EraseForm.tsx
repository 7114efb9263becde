import { useEffect, useRef, useState } from 'react';
import type { DictionaryInfo } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import { isAbort, messageOf } from '../../lib/errors';
import { useFeatureKnowledge } from '../../store/feature-columns-react';
import type { InterventionGroup } from '../../store/document';
import { useActions } from '../../store/react';
import { Button, Message, NumberField, Progress, TextArea } from '../../ui';
import { conceptSetOf, ERASE_FACTOR, eraseGroup, type ConceptSet } from './erase';
import styles from './Panel.module.css';

/** How many features of the found set are named. */
const NAMED = 6;
const TOP = 32;

/** A concept by example: prompts about it, and prompts that should stay as they are. */
export function EraseForm({ info, dictionary, onAdd }: { info: ModelInfo; dictionary: DictionaryInfo; onAdd: (group: Omit<InterventionGroup, 'uid'>) => void }) {
  const { ask } = useActions();
  const { knownOf } = useFeatureKnowledge(dictionary.id);
  const [concept, setConcept] = useState('');
  const [retain, setRetain] = useState('');
  const [top, setTop] = useState(TOP);
  const [factor, setFactor] = useState(ERASE_FACTOR);
  const [isRunning, setRunning] = useState(false);
  const [set, setSet] = useState<ConceptSet | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);

  const find = async () => {
    controller.current?.abort();
    const mine = new AbortController();
    controller.current = mine;
    setRunning(true);
    setSet(null);
    setProblem(null);
    const analyses = [{ id: 'feature-set', params: { dictionary: dictionary.id, concept, retain, top, coefficient: factor } }];
    const ids = [info.config.bosId ?? 0];
    try {
      const result = await ask({ model: info.hash, ids, promptLength: 1, interventions: [], capture: [], logits: false, analyses, generate: null }, mine.signal);
      const found = conceptSetOf(result.analyses[0]);
      setSet(found);
      if (found?.features.length === 0) setProblem('every feature of the concept is used by the prompts to be kept too: give other prompts, or take fewer features per list.');
    } catch (error) {
      if (!isAbort(error)) setProblem(messageOf(error));
    } finally {
      if (controller.current === mine) setRunning(false);
    }
  };
  const edit = <T,>(change: (value: T) => void) => (value: T) => {
    change(value);
    setSet(null);
  };
  const label = `without “${(concept.trim().split('\n')[0] ?? '').slice(0, 24)}”`;
  return (
    <>
      <p className={styles.hint}>
        Interpret-then-Deactivate: the features most active on the first prompts, less those that the others use too, are multiplied by a negative number; the reconstruction, without the error term, takes the place of the activation. On the
        residual stream of a language model this is our transfer: the source works on the text encoder of an image generator.
      </p>
      <TextArea label="prompts about the concept, one a line" rows={3} value={concept} onChange={edit(setConcept)} isDisabled={!info.hasTokenizer} />
      <TextArea label="prompts to be kept, one a line" rows={3} value={retain} onChange={edit(setRetain)} isDisabled={!info.hasTokenizer} />
      <div className={styles.where}>
        <NumberField label="features per list" value={top} min={1} max={1000} step={1} onChange={edit(setTop)} />
        <NumberField label="factor" value={factor} min={-100} max={0} step={0.5} onChange={edit(setFactor)} />
        <Button isDisabled={concept.trim() === '' || isRunning} onPress={() => void find()}>
          Find the features
        </Button>
      </div>
      {isRunning ? (
        <div className={styles.running}>
          <Progress label="Reading the prompts" value={null} />
          <Button onPress={() => controller.current?.abort()}>Cancel</Button>
        </div>
      ) : null}
      {problem === null ? null : (
        <Message tone="error" title="No set of features">
          {problem}
        </Message>
      )}
      {set === null || set.features.length === 0 ? null : (
        <>
          <p role="status">
            {set.features.length} features: {set.features.slice(0, NAMED).map((feature) => `${feature}${nameOf(knownOf(feature).label)}`).join(', ')}
            {set.features.length > NAMED ? ' …' : ''}
          </p>
          <p className={styles.hint}>
            As a detector: a prompt is about the concept when its score reaches {set.threshold.toPrecision(3)} (0.99 of the lowest of its {set.conceptPrompts} prompts, so none of those is missed). {set.falsePositives} of {set.retainPrompts} prompts
            to be kept reach it too.
          </p>
          <div className={styles.submit}>
            <Button onPress={() => onAdd(eraseGroup({ ...set, threshold: 0 }, { dictionary: dictionary.id, at: dictionary.spec.hookName, factor, label }))}>Erase in every text</Button>
            <Button variant="primary" onPress={() => onAdd(eraseGroup(set, { dictionary: dictionary.id, at: dictionary.spec.hookName, factor, label }))}>
              Erase where detected
            </Button>
          </div>
        </>
      )}
    </>
  );
}

const nameOf = (label: string | null) => (label === null ? '' : ` (${label})`);
