import type { DictionaryId } from '../../anatomy/dictionary';
import { parseHook, type HookName } from '../../anatomy/hook-names';
import type { AnalysisResult, AnalysisSpec } from '../../anatomy/run';
import { useActions, useWorkbench } from '../../store/react';
import type { WorkbenchState } from '../../store/state';
import { ByGradient } from './ByGradient';
import { Effective } from './Effective';
import { Separability } from './Separability';
import type { View } from './settings';
import { Similar } from './Similar';

const selectOpened = (state: WorkbenchState) => state.dictionaries;

interface Given {
  readonly view: View;
  readonly spec: AnalysisSpec;
  readonly result: AnalysisResult;
  readonly dictionary: DictionaryId;
  readonly hook: string;
  readonly concept: number;
  readonly onConcept: (concept: number) => void;
  readonly onUnit: (unit: number) => void;
}

/** The picture of a measured view. Features that are pressed are selected for all panels. */
export function Results({ view, spec, result, dictionary, hook, concept, onConcept, onUnit }: Given) {
  const actions = useActions();
  const opened = useWorkbench(selectOpened).get(dictionary);
  const place = opened?.status === 'ready' ? opened.info.spec.hookName : parseHook(hook) === null ? null : (hook as HookName);
  const selectFeature = (index: number) => {
    if (dictionary !== '') actions.selectFeature({ dictionary, index });
  };
  switch (view) {
    case 'effective':
      return <Effective result={result} />;
    case 'similarity':
      return <Similar result={result} prompts={linesOf(spec)} onOpen={(text) => actions.setPrompt({ kind: 'text', text })} />;
    case 'gradient':
      return <ByGradient result={result} onFeature={selectFeature} />;
    case 'separability':
      return (
        <Separability
          result={result}
          concept={concept}
          isFeatures={dictionary !== ''}
          onConcept={onConcept}
          onUnit={(unit) => {
            selectFeature(unit);
            onUnit(unit);
          }}
          onAttenuate={(values, name) => {
            if (place === null) return;
            const params = { dictionary, ...values, toward: 'zero', strength: 1, skipBos: true };
            actions.addGroup({ label: `attenuate ${name}`, enabled: true, members: [{ id: 'attenuate-posterior', at: place, positions: 'all', params }] });
          }}
        />
      );
  }
}

/** The prompts that were ranked, as they were sent. */
function linesOf({ params }: AnalysisSpec): readonly string[] {
  const { candidates } = params;
  return typeof candidates === 'string' ? candidates.split('\n') : [];
}
