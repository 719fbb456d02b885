/** A figure's numbers as a table: what is drawn, in words that a spreadsheet reads. */
import { type Cell, toCsv } from '../numerics/csv.ts';
import type { Axis, Figure, HeatMap, Panel, Series } from './figure.ts';
import { heatArea } from './scale.ts';

/**
 * CSV with a line a point (panel, series, x, y) or a cell of a heat map (panel, series, x, y, value).
 * Points of a path have their step, from 0: the layer of a token's way. Where an axis names a place, its name stands for the number. Columns are named by the axes of a
 * figure of one panel. What is not finite is an empty cell.
 */
export function figureCsv({ panels }: Figure): string {
  const heated = panels.some(({ series }) => series.some(({ kind }) => kind === 'heat'));
  const stepped = panels.some(({ series }) => series.some(({ kind }) => kind === 'path'));
  const single = panels.length === 1;
  const [x, y] = single ? [panels[0].x.label || 'x', panels[0].y.label || 'y'] : ['x', 'y'];
  const header = [
    ...(single ? [] : ['panel']),
    'series',
    ...(stepped ? ['step'] : []),
    ...[x, y],
    ...(heated ? ['value'] : []),
  ];
  const rows = panels.flatMap((panel, i) =>
    panel.series
      .flatMap((series) => {
        const rows = seriesRows(series, panel);
        if (!stepped) return rows;
        const isPath = series.kind === 'path';
        return rows.map(([name, ...rest], step) => [name, isPath ? step : null, ...rest]);
      })
      .map((cells) => [...(single ? [] : [panel.title ?? i + 1]), ...cells]),
  );
  return toCsv(header, rows);
}

function seriesRows(series: Series, panel: Panel): Cell[][] {
  const name = series.name ?? '';
  if (series.kind === 'heat') return heatRows(series, panel, name);
  return series.points.map(([x, y]) => [name, place(panel.x, x), place(panel.y, y)]);
}

/** A cell stands at its middle, in units of the axes. */
function heatRows(heat: HeatMap, { x, y }: Panel, name: string): Cell[][] {
  const area = heatArea(heat);
  const columns = heat.values[0]?.length ?? 0;
  return heat.values.flatMap((row, i) =>
    row.map((value, j) => {
      const [across, along] = [middle(area.x, columns, j), middle(area.y, heat.values.length, i)];
      return [name, place(x, across), place(y, along), finite(value)];
    }),
  );
}

/** Of cell `at` of `count` equal ones; exactly `at` for the cells of a matrix. */
const middle = ([low, high]: readonly [number, number], count: number, at: number) =>
  low + ((at + 0.5) * (high - low)) / count;

/** The name of a place on an axis, else the number. */
function place({ ticks = [] }: Axis, value: number): Cell {
  return ticks.find((tick) => tick.value === value)?.label ?? finite(value);
}

const finite = (value: number): Cell => (Number.isFinite(value) ? value : null);
