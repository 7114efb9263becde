import * as v from 'valibot';
import type { Storage } from './ports';
import type { PromptSet, PromptSetsState } from './prompt-sets';

/** The sets of a page. */
type PageSets = Pick<PromptSetsState, 'sets' | 'currentId'>;

const INDEX = 'prompt-sets';
const keyOf = (id: string) => `prompt-set ${id}`;

const index = v.object({ ids: v.array(v.string()), currentId: v.nullable(v.string()) });
const result = v.variant('ok', [
  v.object({
    ok: v.literal(true),
    tokens: v.number(),
    loss: v.nullable(v.number()),
    active: v.number(),
    next: v.object({ id: v.number(), token: v.string(), logprob: v.number() }),
  }),
  v.object({ ok: v.literal(false), message: v.string() }),
]);
const promptSet = v.object({
  id: v.string(),
  name: v.string(),
  prompts: v.array(v.string()),
  run: v.nullable(v.object({ model: v.string(), modelId: v.string(), alpha: v.number(), results: v.array(v.nullable(result)) })),
});

/** Reads what an earlier visit left. What can't be read (another version, a hand on it) is left out. */
export async function loadSets(storage: Storage): Promise<{ sets: readonly PromptSet[]; currentId: string | null }> {
  const known = v.safeParse(index, await storage.read(INDEX));
  if (!known.success) return { sets: [], currentId: null };
  const stored = await Promise.all(known.output.ids.map((id) => storage.read(keyOf(id))));
  const sets = stored.flatMap((one) => {
    const read = v.safeParse(promptSet, one);
    return read.success ? [read.output] : [];
  });
  const { currentId } = known.output;
  return { sets, currentId: sets.some((one) => one.id === currentId) ? currentId : (sets[0]?.id ?? null) };
}

/** @throws UserError 'quota' when there is no room. */
export async function saveSet(storage: Storage, set: PromptSet): Promise<void> {
  await storage.write(keyOf(set.id), set);
}

/** Writes which sets there are: those of this page, and those that another tab has added. @throws UserError 'quota' when there is no room. */
export async function saveIndex(storage: Storage, state: PageSets): Promise<void> {
  await writeIndex(storage, state, () => true);
}

/** Deletes a set. `state` is what is left of this page's. */
export async function removeSet(storage: Storage, id: string, state: PageSets): Promise<void> {
  await storage.remove(keyOf(id));
  await writeIndex(storage, state, (one) => one !== id);
}

async function writeIndex(storage: Storage, { sets, currentId }: PageSets, stays: (id: string) => boolean): Promise<void> {
  const stored = v.safeParse(index, await storage.read(INDEX));
  const ids = [...new Set([...(stored.success ? stored.output.ids : []), ...sets.map(({ id }) => id)])];
  await storage.write(INDEX, { ids: ids.filter(stays), currentId });
}
