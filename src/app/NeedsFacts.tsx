import type { ModelNeeds, StoredFacts } from '../anatomy/model-info';
import { formatBytes, formatCount } from './format';
import styles from './ModelDialog.module.css';

/** As the files' own headers say. */
function storedAs({ dtype, tensors, bytes, usedBytes }: StoredFacts): string {
  const unused = bytes - usedBytes;
  return `${dtype}, ${tensors} tensors${unused > 0 ? `, ${formatBytes(unused)} of them of no use here` : ''}`;
}

/** As it is asked for, and in each storage. */
function memoryWords({ weightBytes, storageBytes }: ModelNeeds): string {
  if (storageBytes === undefined) return formatBytes(weightBytes);
  const each = Object.entries(storageBytes).map(([storage, bytes]) => `${formatBytes(bytes)} as ${storage}`);
  return `${formatBytes(weightBytes)} as asked for: ${each.join(', ')}`;
}

/** What a model takes and what this device has, side by side. */
export function NeedsFacts({ needs }: { needs: ModelNeeds }) {
  const { device } = needs;
  const known = (bytes: number | null) => (bytes === null ? 'not told' : formatBytes(bytes));
  const facts: readonly (readonly [string, string])[] = [
    ['parameters', formatCount(needs.parameters)],
    ...(needs.stored == null ? [] : [['stored as', storedAs(needs.stored)] as const]),
    ['files', known(needs.fileBytes)],
    ['to be downloaded', needs.downloadBytes === 0 ? 'nothing' : known(needs.downloadBytes)],
    ['memory it takes', memoryWords(needs)],
    ['memory of this device', device.memoryBytes === null ? 'not told' : `about ${formatBytes(device.memoryBytes)}${device.memoryBytes >= 2 ** 33 ? ' or more' : ''}`],
    ['largest GPU buffer', device.gpuBufferBytes === null ? 'no WebGPU here' : formatBytes(device.gpuBufferBytes)],
    ['room in browser storage', device.storageBytes === null ? 'none' : formatBytes(device.storageBytes)],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
