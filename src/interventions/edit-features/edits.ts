import type { Dictionary } from '../../anatomy/dictionary';
import { decoderRow } from '../../anatomy/decoder-row';
import { UserError } from '../../lib/errors';
import type { ParamValues } from '../../lib/params';
import type { Selection } from '../change-rows';
import type { InterventionSite } from '../types';
import type { params as settings } from './index';

export type Site = InterventionSite<typeof settings>;
type Op = ParamValues<typeof settings>['op'];

/** One change of one feature. */
export interface Edit {
  /** Which of the group's features. */
  readonly column: number;
  readonly op: Op;
  readonly coefficient: number;
  readonly selection: Selection;
}

/** Changes that act on the same encoding. */
export interface EditGroup {
  readonly dictionary: Dictionary;
  readonly keepError: boolean;
  /** Each once, in the order in which they are first changed. */
  readonly features: readonly number[];
  /** In order; those that change nothing are left out. */
  readonly edits: readonly Edit[];
  /** Of all changes, those left out too: without the error term even they replace the activation. */
  readonly selections: readonly Selection[];
}

/**
 * Sorts changes into groups: those that follow one another with the same dictionary and the same treatment of the error belong
 * together.
 *
 * @throws UserError for a feature that there isn't, or a hook point that isn't the dictionary's.
 */
export function groupsOf(sites: readonly Site[]): EditGroup[] {
  const groups: { key: string; sites: Site[] }[] = [];
  for (const site of sites) {
    const key = `${site.params.keepError} ${site.params.dictionary}`;
    const last = groups.at(-1);
    if (last?.key === key) last.sites.push(site);
    else groups.push({ key, sites: [site] });
  }
  return groups.map((group) => groupOf(group.sites));
}

function groupOf(sites: readonly Site[]): EditGroup {
  const [first] = sites;
  const dictionary = first?.dictionary?.(first.params.dictionary);
  if (first === undefined || dictionary === undefined) throw new UserError('unknown-dictionary', 'editing a feature needs an opened dictionary.');
  const { hookNameOut } = dictionary.info.spec;
  if (first.at !== hookNameOut)
    throw new UserError('wrong-hook', `the dictionary ${dictionary.info.name} writes at "${hookNameOut}", so its features can't be edited at "${first.at}".`);
  for (const { params } of sites) decoderRow(dictionary, params.feature); // refuses a feature that there isn't
  const acting = sites.filter(({ params }) => !changesNothing(params));
  const features = [...new Set(acting.map(({ params }) => params.feature))];
  return {
    dictionary,
    keepError: first.params.keepError,
    features,
    edits: acting.map((site) => ({
      column: features.indexOf(site.params.feature),
      op: site.params.op,
      coefficient: site.params.coefficient,
      selection: selectionOf(site),
    })),
    selections: sites.map(selectionOf),
  };
}

const selectionOf = ({ positions, params }: Site): Selection => ({ positions, skipBos: params.skipBos });

function changesNothing({ op, coefficient }: Pick<ParamValues<typeof settings>, 'op' | 'coefficient'>): boolean {
  return (op === 'add' && coefficient === 0) || (op === 'scale' && coefficient === 1);
}
