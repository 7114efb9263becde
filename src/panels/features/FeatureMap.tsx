import { useCallback, useMemo } from 'react';
import { pointRamp, rampCss } from '../../charts/colour';
import { RampLegend, SwatchLegend } from '../../charts/Legend';
import { ScatterMap } from '../../charts/ScatterMap';
import { useTheme } from '../../charts/theme';
import type { FoundFeature } from '../../dictionaries/records';
import { Message, Segmented } from '../../ui';
import { densityRange, densityStep, layersOf } from './map-colours';
import { labelOf, type FeatureTable, type OwnLabels } from './rows';
import { share } from './words';
import styles from './Panel.module.css';

/** Steps of the density scale. */
const STEPS = 24;

export interface FeatureMapProps {
  readonly table: FeatureTable;
  readonly rows: Uint32Array;
  readonly found: ReadonlyMap<number, FoundFeature> | null;
  readonly own: OwnLabels;
  readonly colour: 'layer' | 'density';
  readonly onColour: (colour: 'layer' | 'density') => void;
  readonly selected: number | null;
  readonly onSelect: (row: number) => void;
}

/** All features on a plane, by the layout that ships with them. */
export function FeatureMap({ table, rows, found, own, colour, onColour, selected, onSelect }: FeatureMapProps) {
  const ramp = pointRamp(useTheme());
  const placed = useMemo(() => rows.filter((row) => !Number.isNaN(table.x[row] ?? NaN)), [table, rows]);
  const highlighted = useMemo(() => (found === null ? null : new Set(found.keys())), [found]);
  const layers = useMemo(() => layersOf(table), [table]);
  const range = useMemo(() => densityRange(table), [table]);
  const steps = colour === 'layer' ? Math.max(1, layers.length) : STEPS;
  const palette = useMemo(
    () => Array.from({ length: steps }, (_, step) => rampCss(ramp, Math.round((255 * step) / Math.max(1, steps - 1)))),
    [ramp, steps],
  );
  const colourOf = useCallback(
    (row: number) => (colour === 'layer' ? layers.indexOf(table.sections[table.section[row] ?? 0]?.layer ?? null) : densityStep(table.density[row] ?? NaN, range, STEPS)),
    [colour, layers, table, range],
  );
  const describe = useCallback(
    (row: number) => {
      const section = table.sections[table.section[row] ?? 0];
      const label = labelOf(table, row, own)?.text ?? 'no label';
      return `${section?.title ?? ''} feature ${table.index[row] ?? 0}: ${label} (${share(table.density[row])})`;
    },
    [table, own],
  );
  if (placed.length === 0)
    return (
      <Message tone="empty" title="No place on the map">
        The map’s coordinates come with the shipped records; none of these features has them.
      </Message>
    );
  return (
    <>
      <ScatterMap
        x={table.x}
        y={table.y}
        rows={placed}
        highlighted={highlighted}
        selected={selected}
        colourOf={colourOf}
        palette={palette}
        describe={describe}
        onPick={onSelect}
        summary={`Map of ${placed.length.toLocaleString('en')} features by how alike their decoder rows are, coloured by ${colour}${found === null ? '' : `; ${found.size} found`}. The list shows the same features as a table.`}
      />
      <div className={styles.legend}>
        <Segmented
          hideLabel
          label="Map colours"
          options={[
            { value: 'layer', label: 'Layer' },
            { value: 'density', label: 'Density' },
          ]}
          value={colour}
          onChange={onColour}
        />
        {colour === 'layer' ? (
          <SwatchLegend items={layers.map((layer, at) => ({ label: layer === null ? 'other' : String(layer), fill: palette[at] ?? '' }))} />
        ) : (
          <RampLegend ramp={ramp} title="density (log)" low={share(10 ** range.low)} high={share(10 ** range.high)} />
        )}
      </div>
    </>
  );
}
