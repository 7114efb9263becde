import type { ModelSource } from '../anatomy/model-info';
import type { ModelRef } from '../store/document';

/** How a model that a document names can be fetched again; null for dropped files, which can only be named. */
export function sourceOf(ref: ModelRef): ModelSource | null {
  const kept = ref.storage === undefined ? {} : { storage: ref.storage };
  switch (ref.kind) {
    case 'catalogue':
      return { kind: 'catalogue', id: ref.id, ...kept };
    case 'url':
      return { kind: 'url', url: ref.url, ...kept };
    case 'hub':
      return { kind: 'hub', id: ref.id, revision: ref.revision, ...kept };
    case 'files':
      return null;
  }
}

/** A list of picked files as a model: named after their folder, or after the weights file when there is no folder. */
export function filesSource(files: readonly File[], folderName: string | null): ModelSource {
  const fromPath = files.map((file) => file.webkitRelativePath.split('/')).find((parts) => parts.length > 1)?.[0];
  const weights = files.find((file) => file.name.endsWith('.safetensors')) ?? files[0];
  const name = folderName ?? fromPath ?? weights?.name.replace(/\.[^.]+$/, '') ?? 'files';
  return { kind: 'files', name, files };
}
