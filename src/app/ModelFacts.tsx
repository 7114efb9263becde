import type { ModelInfo } from '../anatomy/model-info';
import type { WeightStorage } from '../anatomy/weights';
import { useWorkbench } from '../store/react';
import { formatCount, shortHash } from './format';
import styles from './ModelDialog.module.css';
import { selectBackend } from './selectors';

/** Where the weights come from when another backend wants them. */
const KEPT = { disk: 'your disk', stored: 'browser storage', memory: 'memory' } as const;

/** The storage in use, and why it isn't the one that was asked for. */
function keptAs({ storageWish }: ModelInfo, storage: WeightStorage): string {
  const isOther = storageWish !== undefined && storageWish !== storage && !(storageWish === 'float16' && storage === 'bfloat16');
  return isOther ? `${storage}: not possible as ${storageWish} here` : storage;
}

/** What is known of the model in use. */
export function ModelFacts({ info }: { info: ModelInfo }) {
  const { current } = useWorkbench(selectBackend);
  const { config } = info;
  const heads =
    config.nKvHeads === config.nHeads
      ? String(config.nHeads)
      : `${config.nHeads} (${config.nKvHeads} for keys and values)`;
  const facts: readonly (readonly [string, string])[] = [
    ['family', config.family],
    ['parameters', formatCount(info.parameters)],
    ['layers', String(config.nLayers)],
    ['heads', heads],
    ['width', String(config.dModel)],
    ['vocabulary', formatCount(config.dVocab)],
    ['context', `${config.nCtx} tokens`],
    ['stored as', info.storedDtype],
    ...(current?.storage === undefined ? [] : [['kept as', keptAs(info, current.storage)] as const]),
    ...(info.keptIn === undefined ? [] : [['weights re-read from', KEPT[info.keptIn]] as const]),
    ['tokenizer', info.hasTokenizer ? 'yes' : 'none: runs on ids'],
    ['content hash', shortHash(info.hash)],
  ];
  return (
    <section className={styles.part}>
      <h3>In use: {info.id}</h3>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={name === 'content hash' ? info.hash : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.note}>Nothing is folded or centred.</p>
    </section>
  );
}
