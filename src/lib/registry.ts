/** What every method door has: an id that is also the name of its folder. */
export interface Door {
  readonly id: string;
}

/** Methods of one kind, in the order of their folders' names. */
export interface Registry<D extends Door> {
  readonly all: readonly D[];
  /** The method with this id, or null: links and scripts name methods that this version may not have. */
  find(id: string): D | null;
}

/**
 * Builds the registry of one kind from the modules that a glob found.
 *
 * @throws if a door's id differs from its folder, or if two doors share an id.
 */
export function createRegistry<D extends Door>(modules: Readonly<Record<string, D>>): Registry<D> {
  const byId = new Map<string, D>();
  // By the folder, not by the path: "add" comes before "add-norm", though "/" comes after "-".
  const folderOf = (path: string) => path.split('/').at(-2) ?? '';
  const paths = Object.keys(modules).sort((a, b) => (folderOf(a) < folderOf(b) ? -1 : 1));
  for (const path of paths) {
    const door = modules[path];
    const folder = folderOf(path);
    if (door === undefined || typeof door.id !== 'string') throw new Error(`${path} has no default export with an id.`);
    if (door.id !== folder) throw new Error(`${path} calls itself "${door.id}": the id must be the folder's name, "${folder}".`);
    if (byId.has(door.id)) throw new Error(`two methods call themselves "${door.id}".`);
    byId.set(door.id, door);
  }
  return { all: [...byId.values()], find: (id) => byId.get(id) ?? null };
}

/**
 * Finds the pages of methods (their READMEs, Markdown) from the loaders that a glob found. The page comes when it is asked for;
 * null for an id that has none.
 */
export function createPages(loaders: Readonly<Record<string, () => Promise<string>>>): (id: string) => Promise<string | null> {
  const byId = new Map(Object.entries(loaders).map(([path, load]) => [path.split('/').at(-2), load]));
  return async (id) => (await byId.get(id)?.()) ?? null;
}
