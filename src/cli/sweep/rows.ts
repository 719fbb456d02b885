/** The table of a sweep: its columns, and which cell a row is of. Not its file (sheet.ts), nor running a cell (cell.ts). */
import type { SimulationSettings } from '../../flow/simulation-settings.ts';
import { type Cell, csvCells, csvLine } from '../../host/csv.ts';
import { InputError } from '../../numerics/errors.ts';
import { type AxisValue, cellCount, type Grid, placeOf, stridesOf } from './grid.ts';
import { keepsPositions } from './positions.ts';
import type { SweepRequest } from './request.ts';

export interface SweepColumn {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'text';
}

/** What a cell has come to. */
export type CellState = 'done' | 'failed';

/** What the rows of a sweep hold, besides the cell's place. */
export interface SweepTable {
  readonly grid: Grid;
  readonly columns: readonly SweepColumn[];
  /** Names of diagnostics. */
  readonly diagnostics: readonly string[];
  /** Times whose diagnostics have columns of their own. */
  readonly times: readonly number[];
  /** Whether the distance to the run without merging is a column. */
  readonly mergeError: boolean;
  /** Whether the estimated weak error of the noise is one. */
  readonly noiseError: boolean;
  /** Whether every cell has a file with its positions. */
  readonly positions: boolean;
}

/** The table of a request, with settings that fit it. Throws InputError for diagnostics that are no numbers. */
export function tableOf(
  request: SweepRequest,
  { chosen, times: saved, mergeError, noise }: SimulationSettings,
): SweepTable {
  const { flags, grid } = request;
  const list = chosen.find(({ kind }) => kind !== 'scalar');
  if (list && flags.diagnostics !== undefined)
    throw new InputError(
      'diagnostics',
      `diagnostic ${list.name} is a list, and a row has numbers: leave it out, and look at single cells with simulate`,
    );
  const diagnostics = chosen.filter(({ kind }) => kind === 'scalar').map(({ name }) => name);
  const times = flags.saveAt === undefined ? [] : [...saved];
  const noiseError = noise > 0;
  const positions = keepsPositions(request);
  const table = { grid, diagnostics, times, mergeError, noiseError, positions };
  const columns = columnsOf(table);
  checkNames(columns);
  return { ...table, columns };
}

function columnsOf(table: Omit<SweepTable, 'columns'>): SweepColumn[] {
  const { diagnostics, times, mergeError, noiseError } = table;
  const { axes } = table.grid;
  const integers = (names: readonly string[]) => names.map(typed('integer'));
  return [
    ...integers(['cell']),
    ...axes.map(({ name, values }) => ({ name, type: typeOf(values) })),
    ...[...integers(['seed']), { name: 'status', type: 'text' as const }],
    ...[{ name: 'end_time', type: 'number' as const }],
    ...integers(['particles', 'steps', 'rejected']),
    ...(mergeError ? [typed('number')('merge_error')] : []),
    ...(noiseError ? [typed('number')('noise_error')] : []),
    ...diagnostics.map(typed('number')),
    ...times.flatMap((time) => diagnostics.map((name) => typed('number')(`${name}@${time}`))),
    { name: 'error', type: 'text' },
  ];
}

const typed = (type: SweepColumn['type']) => (name: string) => ({ name, type });

function typeOf(values: readonly AxisValue[]): SweepColumn['type'] {
  if (values.some((value) => typeof value === 'string')) return 'text';
  return values.every(Number.isSafeInteger) ? 'integer' : 'number';
}

/** Dynamics of one's own may have parameters of any name. */
function checkNames(columns: readonly SweepColumn[]): void {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined)
    throw new InputError(
      'grid',
      `option grid has ${twice}, which is the name of another column: rename the parameter`,
    );
}

/** The row of a cell without numbers, and why. */
export function failedRow({ grid, columns }: SweepTable, cell: number, error: unknown): string {
  const place = [...placeCells(grid, cell), 'failed'];
  const message = error instanceof Error ? error.message : String(error);
  const empty = new Array<null>(columns.length - place.length - 1).fill(null);
  return csvLine([...place, ...empty, message.replace(/\s+/g, ' ')]);
}

/** The first fields of a row. */
export function placeCells(grid: Grid, cell: number): Cell[] {
  const { values, seed } = placeOf(grid, cell);
  return [cell, ...values, seed];
}

export const headerOf = ({ columns }: SweepTable): string =>
  csvLine(columns.map(({ name }) => name));

/** What the beginning of a row says. */
export interface RowHead {
  readonly cell: number;
  readonly state: CellState;
}

const [ZERO, NINE, COMMA, QUOTE] = Buffer.from('09,"');

/**
 * Reads the rows of a table from bytes, from `from` up to the end of the line at `to`: null where that is no row
 * of this sweep, as after a write that was cut off. The values and the seed belong to one cell only, so a row
 * with a damaged number is not taken for another's.
 */
export function rowReader({ grid, columns }: Pick<SweepTable, 'grid' | 'columns'>) {
  const cells = cellCount(grid);
  const axes = textsOf(grid);
  const states = (['done', 'failed'] as const).map((state) => ({ state, text: fieldOf(state) }));
  const rest = columns.length - axes.length - 3;
  return (bytes: Uint8Array, from: number, to: number): RowHead | null => {
    const cell = numberAt(bytes, from);
    if (!(cell < cells)) return null;
    let at = from + digitsOf(cell) + 1;
    for (const { texts, stride } of axes) {
      const text = texts[Math.floor(cell / stride) % texts.length];
      if (!standsAt(bytes, at, text)) return null;
      at += text.length;
    }
    const seed = grid.seed + (cell % grid.seeds);
    if (numberAt(bytes, at) !== seed) return null;
    at += digitsOf(seed) + 1;
    const found = states.find(({ text }) => standsAt(bytes, at, text));
    if (!found || fieldsFrom(bytes, at + found.text.length, to) !== rest) return null;
    return { cell, state: found.state };
  };
}

const fieldOf = (value: Cell) => Buffer.from(`${csvLine([value]).slice(0, -1)},`);

/** The values of every axis as they stand in a row, and how many cells each lasts. */
const textsOf = (grid: Grid) =>
  stridesOf(grid).map(({ values, stride }) => ({ texts: values.map(fieldOf), stride }));

const digitsOf = (value: number) => String(value).length;

/** The whole number before a comma, written as we write it; NaN where there is none. */
function numberAt(bytes: Uint8Array, from: number): number {
  let value = 0;
  let at = from;
  for (; bytes[at] >= ZERO && bytes[at] <= NINE; at++) value = 10 * value + bytes[at] - ZERO;
  return bytes[at] === COMMA && at - from === digitsOf(value) ? value : Number.NaN;
}

function standsAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let k = 0; k < text.length; k++) if (bytes[at + k] !== text[k]) return false;
  return true;
}

/** How many fields there are; NaN where a quote is open at the end. */
function fieldsFrom(bytes: Uint8Array, from: number, to: number): number {
  let fields = 1;
  let quoted = false;
  for (let at = from; at < to; at++) {
    if (bytes[at] === QUOTE) quoted = !quoted;
    else if (bytes[at] === COMMA && !quoted) fields++;
  }
  return quoted ? Number.NaN : fields;
}

/** The error of a failed row, a line without its newline. */
export const errorOf = (line: string): string => csvCells(line)?.at(-1) ?? '';
