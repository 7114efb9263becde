import { useEffect, useMemo, useState } from 'react';
import type { DictionaryId, DictionaryInfo } from '../../anatomy/dictionary';
import { l2Norm } from '../../lib/vectors';
import { bareColumns, layerOf, type FeatureColumns } from '../../dictionaries/records';
import { useActions, useWorkbench } from '../../store/react';
import type { WorkbenchState } from '../../store/state';
import { useLibraryState } from './port';

const selectDictionaries = (state: WorkbenchState) => state.dictionaries;
type Norms = ReadonlyMap<DictionaryId, Float32Array>;

/** The dictionaries of the list: those with records, then those that are open without any. Norms are filled in where weights are open. */
export function useSections(): readonly FeatureColumns[] {
  const recorded = useLibraryState((state) => state.columns);
  const dictionaries = useWorkbench(selectDictionaries);
  const opened = useMemo(() => [...dictionaries.values()].flatMap((state) => (state.status === 'ready' ? [state.info] : [])), [dictionaries]);
  const norms = useNorms(opened);
  return useMemo(() => {
    const known = new Set(recorded.map(({ dictionary }) => dictionary));
    const withNorms = recorded.map((columns) => filledIn(columns, norms.get(columns.dictionary)));
    const bare = opened.filter(({ id }) => !known.has(id)).map((info) => bareColumns(headOf(info), info.dSae, norms.get(info.id) ?? null));
    return [...withNorms, ...bare];
  }, [recorded, opened, norms]);
}

export function headOf({ id, name, spec }: DictionaryInfo) {
  return { dictionary: id, title: name, hook: spec.hookName, layer: layerOf(spec.hookName) };
}

function filledIn(columns: FeatureColumns, norms: Float32Array | undefined): FeatureColumns {
  if (norms === undefined || columns.norm.some((norm) => !Number.isNaN(norm))) return columns;
  return { ...columns, norm: Float32Array.from(columns.index, (index) => norms[index] ?? NaN) };
}

/** Decoder rows fetched at a time: the whole matrix of a large dictionary would fill the page's memory. */
const BATCH = 1024;

/** Lengths of the decoder rows of dictionaries whose weights are open. */
function useNorms(opened: readonly DictionaryInfo[]): Norms {
  const { decoderRows } = useActions();
  const [norms, setNorms] = useState<Norms>(new Map());
  const missing = opened.find(({ id }) => !norms.has(id)) ?? null;
  useEffect(() => {
    if (missing === null) return undefined;
    let isWanted = true;
    const { id, dSae } = missing;
    const put = (values: Float32Array) => isWanted && setNorms((before) => new Map([...before, [id, values]]));
    const read = async () => {
      const values = new Float32Array(dSae);
      for (let first = 0; first < dSae && isWanted; first += BATCH) {
        const rows = await decoderRows(id, Array.from({ length: Math.min(BATCH, dSae - first) }, (_, at) => first + at));
        for (const [at, row] of rows.entries()) values[first + at] = l2Norm(row);
      }
      return values;
    };
    read().then(
      put,
      // Without its weights there are no norms; everything else stands.
      () => put(new Float32Array(dSae).fill(NaN)),
    );
    return () => {
      isWanted = false;
    };
  }, [decoderRows, missing]);
  return norms;
}
