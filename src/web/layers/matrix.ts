/** A matrix over the particles: a heat map whose rows and columns are tokens. */
import type { Trace } from '../api.ts';
import type { Page } from '../page.ts';
import { pinToken, selectedToken, tokenName } from '../page.ts';
import { createHeatMap } from './heat-map.ts';

/** What a matrix says. */
export interface Matrix {
  readonly label: string;
  /** What its shades mean. */
  readonly unit: string;
  /** Of one cell. */
  readonly cell: (row: string, column: string, value: number) => string;
  /** While no cell is pointed at. */
  readonly rest: (names: string[], values: number[][]) => string;
  readonly signed?: boolean;
}

export function createMatrix(page: Page, { label, unit, cell, rest, signed }: Matrix) {
  let names: string[] = [];
  let values: number[][] = [];
  const { element, readout, show } = createHeatMap(page, {
    label,
    unit,
    told: ({ row, column }) => cell(names[row], names[column], values[row][column]),
    rest: () => rest(names, values),
    pick: ({ row }) => pinToken(page, row),
    pickRow: (row) => pinToken(page, row),
    pickColumn: (column) => pinToken(page, column),
  });
  return {
    element,
    readout,
    show(trace: Trace, now: number[][]) {
      names = now.map((_, i) => tokenName(trace, i, page.words));
      values = now;
      const most = mostOf(now, signed === true);
      show({ rows: names, columns: names, values, most, signed, chosen: selectedToken(page) });
    },
  };
}

/** The largest size of an entry; of a signed matrix beside the diagonal, which is the same everywhere. */
function mostOf(values: readonly (readonly number[])[], signed: boolean): number {
  const sizes = values.flatMap((row, i) =>
    row.flatMap((value, j) => (signed && i === j ? [] : [Math.abs(value)])),
  );
  return Math.max(0, ...sizes) || 1;
}
