/** What was dropped on the window: every file of the dropped folders and the loose ones. */
export interface Dropped {
  readonly files: readonly File[];
  /** The name of the folder, if exactly one was dropped. */
  readonly folderName: string | null;
}

/**
 * Reads a drop. The entries must be taken while the event is being handled; the files follow.
 *
 * @throws when a folder can't be read.
 */
export async function readDropped(transfer: DataTransfer): Promise<Dropped> {
  const entries = [...transfer.items].flatMap((item) => (item.kind === 'file' ? (item.webkitGetAsEntry() ?? []) : []));
  const loose = [...transfer.files];
  if (entries.length === 0) return { files: loose, folderName: null };
  const [only] = entries;
  const files = await Promise.all(entries.map(filesUnder));
  return { files: files.flat(), folderName: entries.length === 1 && only?.isDirectory ? only.name : null };
}

async function filesUnder(entry: FileSystemEntry): Promise<readonly File[]> {
  if (isFile(entry)) return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  if (!isDirectory(entry)) return [];
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  // A reader gives its entries in parts; an empty part is the end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) break;
    children.push(...part);
  }
  return (await Promise.all(children.map(filesUnder))).flat();
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** True when files look like a model rather than, say, a list of prompts. */
export function looksLikeModel(files: readonly File[]): boolean {
  return files.some((file) => /\.(safetensors|bin|gguf|json|model|pt|onnx)$/.test(file.name));
}

/** Names by which the files of a dictionary are known, and no model's. */
const DICTIONARY = /^(cfg\.json|sae_weights\.safetensors|sae\.safetensors|params\.(npz|safetensors)|ae\.pt|hyperparams\.json|layer_?\d+(\.sae)?\.(pt|safetensors))$/;

/** True when files look like a sparse dictionary rather than a model. */
export function looksLikeDictionary(files: readonly File[]): boolean {
  return files.some((file) => DICTIONARY.test(file.name)) && !files.some((file) => file.name === 'tokenizer.json' || file.name === 'model.safetensors');
}
