import { blockHook, parseHook, type HookName } from '../../anatomy/hook-names';
import { UserError } from '../../lib/errors';
import type { FoundFiles } from '../types';
import type { Notes } from './parts';

/** What an attention or MLP module gives, which is `hook_attn_out` or `hook_mlp_out` only where no norm comes after it. */
const MODULE_OUTPUT = 'module output';
/** Other tools' names of places that our models have under another name. */
const ALIASES: readonly (readonly [RegExp, (layer: number) => HookName, typeof MODULE_OUTPUT?])[] = [
  // TransformerLens's bridge: what enters and leaves the MLP module itself.
  [/^blocks\.(\d+)\.mlp\.hook_in$/, (layer) => blockHook(layer, 'ln2.hook_out')],
  [/^blocks\.(\d+)\.mlp\.hook_out$/, (layer) => blockHook(layer, 'hook_mlp_out'), MODULE_OUTPUT],
  [/^blocks\.(\d+)\.attn\.hook_out$/, (layer) => blockHook(layer, 'hook_attn_out'), MODULE_OUTPUT],
  [/^blocks\.(\d+)\.hook_in$/, (layer) => blockHook(layer, 'hook_resid_pre')],
  [/^blocks\.(\d+)\.hook_out$/, (layer) => blockHook(layer, 'hook_resid_post')],
  // Before the norm of the MLP.
  [/^blocks\.(\d+)\.hook_mlp_in$/, (layer) => blockHook(layer, 'hook_resid_mid')],
  // Module paths of Hugging Face models (sparsify, Gemma Scope 2): a block's output, its MLP's, what enters o_proj.
  [/^(?:model\.|transformer\.|gpt_neox\.)?(?:layers|h)\.(\d+)(?:\.output)?$/, (layer) => blockHook(layer, 'hook_resid_post')],
  [/^(?:model\.|transformer\.|gpt_neox\.)?(?:layers|h)\.(\d+)\.mlp(?:\.output)?$/, (layer) => blockHook(layer, 'hook_mlp_out'), MODULE_OUTPUT],
  [/^(?:model\.|transformer\.|gpt_neox\.)?(?:layers|h)\.(\d+)\.(?:attention|attn|self_attn)(?:\.output)?$/, (layer) => blockHook(layer, 'hook_attn_out'), MODULE_OUTPUT],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj\.input$/, (layer) => blockHook(layer, 'attn.hook_z')],
  [/^model\.layers\.(\d+)\.post_feedforward_layernorm\.output$/, (layer) => blockHook(layer, 'hook_mlp_out')],
  [/^model\.layers\.(\d+)\.pre_feedforward_layernorm\.output$/, (layer) => blockHook(layer, 'ln2.hook_out')],
  // The module paths of an embedding.
  [/^(?:model\.)?embed_tokens(?:\.output)?$/, () => 'hook_embed'],
];

/**
 * The hook point that a file means by a name. An override by whoever opens it goes first.
 *
 * @param named what the file says, or null where it says nothing. @throws UserError `no-hook`, `unknown-hook` or `unfit-dictionary`.
 */
export function hookOf({ overrides, folder, model }: FoundFiles, named: string | null, notes: Notes): HookName {
  const name = overrides.hookName ?? named;
  if (name === null)
    throw new UserError(
      'no-hook',
      `${folder.place} doesn't say which place of the model the dictionary belongs to. Say it: blocks.3.hook_resid_post, for example, is the residual stream after block 3.`,
    );
  return readHook(name, model, notes);
}

/** The output's hook point; the same as the input's where the file names none. */
export function hookOutOf({ overrides, model }: FoundFiles, named: string | null, hookName: HookName, notes: Notes): HookName {
  const name = overrides.hookNameOut ?? named;
  return name === null ? hookName : readHook(name, model, notes);
}

function readHook(name: string, model: FoundFiles['model'], notes: Notes): HookName {
  if (parseHook(name) !== null) return name as HookName;
  for (const [pattern, of, kind] of ALIASES) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const hook = of(Number(match[1] ?? 0));
    if (parseHook(hook) === null) break;
    if (kind === MODULE_OUTPUT && model !== null && model.normed !== 'pre')
      throw new UserError('unfit-dictionary', `the files name "${name.slice(0, 100)}", what that module gives before the norm after it. The loaded model has such norms, and ${hook} comes after them: there is no place for this dictionary.`);
    notes.push(`"${name}" was read as ${hook}.`);
    return hook;
  }
  throw new UserError('unknown-hook', `the files name "${name.slice(0, 100)}" as the place of the model, which this app doesn't know.`);
}

/** The number after a word in a path, such as 12 of `layer_12/width_16k`. Null without one. */
export function layerIn(hint: string): number | null {
  const matches = [...hint.matchAll(/(?:^|[^a-z])(?:layers?|blocks)[._-]?(\d{1,3})(?!\d)/gi)];
  const last = matches.at(-1)?.[1];
  return last === undefined ? null : Number(last);
}
