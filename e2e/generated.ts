import type { Param, Params } from '../src/lib/params';
import type { Entry, Registered } from './registry';

/** The width of the built-in model's stream: vectors for it have as many values. */
const WIDTH = 320;
const LAYERS = 12;
/** Where an intervention that isn't for the stream belongs. */
const PLACES: Readonly<Record<string, string>> = { 'skip-voids': 'blocks.0.hook_resid_pre', 'route-experts': 'blocks.3.mlp.hook_router_logits' };
/** What the built-in model, which has no experts, can only carry: an intervention switched off, an analysis that says so. */
export const NEEDS_EXPERTS: readonly string[] = ['route-experts', 'expert-activation'];
/** Analyses that compare a changed run with the unchanged one. */
const NEEDS_STEERING: readonly string[] = ['feature-restoration'];

/** A dictionary that ships with the model, and where it reads and writes. */
const DICTIONARY_HOOK = 'blocks.6.hook_resid_post';
/** Settings that not every value of their kind makes sense for. */
const BY_NAME: Readonly<Record<string, (turn: number) => unknown>> = {
  dictionary: () => `catalogue:lacuna-16m/${DICTIONARY_HOOK}`,
  features: (turn) => [3, 4 + turn, 200],
  prompts: (turn) => `rain | It rained for ${turn + 2} days.\nsun | The sun shone all day.`,
  plus: () => ' dog',
  minus: () => ' cat',
};

/** A legal value that isn't the default, different for different `turn`s where there are more than two. */
function valueOf(param: Param, turn: number): unknown {
  switch (param.kind) {
    case 'number': {
      const { initial, min, max, step } = param;
      const far = step * (1 + (turn % 3));
      const value = initial - far >= min ? initial - far : Math.min(max, initial + far);
      return Number(value.toFixed(6));
    }
    case 'choice': {
      const others = param.options.filter(({ value }) => value !== param.initial);
      return others[turn % Math.max(1, others.length)]?.value ?? param.initial;
    }
    case 'toggle':
      return !param.initial;
    case 'text':
      return `${param.initial} rain, ${turn} times`;
    case 'pairs':
      return [
        { positive: `The sun shone for ${turn + 2} days`, negative: 'It rained' },
        { positive: 'She won & smiled “so”', negative: 'She lost' },
      ];
    case 'numbers':
      return Array.from({ length: WIDTH }, (_, i) => Math.round(100 * Math.sin(i + turn)) / 100);
  }
}

function valuesOf(params: Params, turn: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).map(([name, param]) => [name, BY_NAME[name]?.(turn) ?? valueOf(param, turn)]));
}

const turnOf = <T>(list: readonly T[], turn: number): T => {
  const found = list[turn % list.length];
  if (found === undefined) throw new Error('nothing is registered');
  return found;
};

/** Documents that together hold every registered direction, intervention, analysis and panel, each with settings of its own. */
export function generatedDocuments({ directions, interventions, analyses, panels }: Registered): object[] {
  // Two analyses and two panels to a document: opening one takes longer than all that is in it.
  const count = Math.max(directions.length, interventions.length, Math.ceil(analyses.length / 2), Math.ceil(panels.length / 2));
  const spec = ({ id, params }: Entry, turn: number) => ({ id, params: valuesOf(params, turn) });
  return Array.from({ length: count }, (_, turn) => {
    const intervention = turnOf(interventions, turn);
    const asked = [turnOf(analyses, 2 * turn), turnOf(analyses, 2 * turn + 1)];
    const shown = [turnOf(panels, 2 * turn), turnOf(panels, 2 * turn + 1)];
    const positions = turnOf(['all', 'response', 'prompt', [1, 2, 4]], turn);
    // A slider with this turn's direction, and this turn's intervention with the next one's: each combination appears once.
    // What may have a direction or values of its own takes values here.
    const direct = intervention.direction !== 'required' ? {} : { direction: spec(turnOf(directions, turn + 1), turn) };
    const at = (layer: number) => PLACES[intervention.id] ?? ('dictionary' in intervention.params ? DICTIONARY_HOOK : null) ?? `blocks.${layer % LAYERS}.hook_resid_post`;
    return {
      prompt: turn % 3 === 2 ? { kind: 'ids', ids: [0, 5524, 1066, 259, 586 + turn] } : { kind: 'text', text: `Chapter ${turn + 1}.\nThe cat’s “tail”` },
      sampling: { maxNewTokens: 5 + turn, temperature: turn % 2 === 0 ? 0 : 0.9, topK: 3 * turn, topP: 1 - turn / 50, seed: 11 + turn, stopAtEnd: turn % 2 === 0 },
      interventions: [
        {
          label: `<b>slider</b> ${turn}`,
          enabled: true,
          members: [{ id: 'add', at: `blocks.${5 + (turn % 3)}.hook_resid_post`, positions, params: { coefficient: 1.5 + turn / 4, skipBos: turn % 2 === 0 }, direction: spec(turnOf(directions, turn), turn) }],
        },
        { label: 'the other', enabled: !NEEDS_EXPERTS.includes(intervention.id), members: [{ id: intervention.id, at: at(4 + turn), positions: 'all', params: valuesOf(intervention.params, turn), ...direct }] },
        { label: 'off', enabled: false, members: [{ id: 'add', at: 'blocks.2.hook_attn_out', positions: [0], params: { coefficient: 3, skipBos: false }, direction: { id: 'random', params: { seed: turn } } }] },
      ],
      analyses: asked.map((analysis) => spec(analysis, turn)),
      layout: shown.map(({ id }, column) => ({ size: column === 0 ? 40 : 60, panels: [{ id, size: 100 }] })),
      panelSettings: Object.fromEntries(shown.filter(({ params }) => Object.keys(params).length > 0).map(({ id, params }) => [id, valuesOf(params, turn)])),
      pinned: turn % 2 === 0 ? turn : null,
      feature: turn % 3 === 0 ? { dictionary: BY_NAME.dictionary?.(turn), index: 7 + turn } : null,
      featureLabels: turn % 3 === 1 ? { [`catalogue:lacuna-16m/${DICTIONARY_HOOK}`]: { [turn]: `my label ${turn}` } } : {},
      shown: turn % 2 === 0 || asked.some(({ id }) => NEEDS_STEERING.includes(id)) ? 'steered' : 'base',
    };
  });
}
