/**
 * A grid of runs: axes from text, and cells by number. The cells of a grid are its points, the last axis
 * fastest, each with all seeds one after the other. Not what runs in a cell (plan.ts).
 */
import { parseSaveAt } from '../../integrators/save-at.ts';
import { InputError } from '../../numerics/errors.ts';
import { numberIfOne } from '../flags.ts';

export type AxisValue = number | string;

export interface Axis {
  /** snake_case: a flag of simulate, or a parameter of dynamics of one's own. */
  readonly name: string;
  readonly values: readonly AxisValue[];
}

export interface Grid {
  readonly axes: readonly Axis[];
  /** Of the first run of every point. */
  readonly seed: number;
  /** How many runs a point has. */
  readonly seeds: number;
}

export interface Place {
  /** Which value of each axis. */
  readonly indices: readonly number[];
  readonly values: readonly AxisValue[];
  /** seed + k for the k-th run of a point, so that points are compared under the same starts. */
  readonly seed: number;
}

export const pointCount = ({ axes }: Pick<Grid, 'axes'>): number =>
  axes.reduce((count, { values }) => count * values.length, 1);

export const cellCount = (grid: Grid): number => pointCount(grid) * grid.seeds;

/** The axes, each with how many cells a value lasts. */
export function stridesOf({ axes, seeds }: Grid): (Axis & { readonly stride: number })[] {
  let stride = seeds;
  const fastestFirst = axes.toReversed().map((axis) => {
    const found = { ...axis, stride };
    stride *= axis.values.length;
    return found;
  });
  return fastestFirst.reverse();
}

/** Where a cell, 0 … cellCount − 1, lies. */
export function placeOf({ axes, seed, seeds }: Grid, cell: number): Place {
  const indices: number[] = [];
  let rest = Math.floor(cell / seeds);
  for (const { values } of [...axes].reverse()) {
    indices.unshift(rest % values.length);
    rest = Math.floor(rest / values.length);
  }
  const values = axes.map((axis, a) => axis.values[indices[a]]);
  return { indices, values, seed: seed + (cell % seeds) };
}

const EXAMPLE = 'beta=0.1:9:0.1,d=2,8,32';
const fault = (message: string) => new InputError('grid', message);

/**
 * `beta=0.1:9:0.1,d=2,8,32` or `value=1,[[-1,0],[0,-1]]`: what stands between commas begins an axis if it has an =, and is one more
 * value of the axis before if not. Throws InputError (field `grid`).
 */
export function readAxes(text: string): Axis[] {
  const axes: { name: string; values: AxisValue[] }[] = [];
  for (const part of partsOf(text)) {
    const at = part.indexOf('=');
    if (at >= 0) axes.push({ name: nameOf(part.slice(0, at), part), values: [] });
    const axis = axes.at(-1);
    if (!axis) throw fault(`option grid has "${part}": expected name=values, such as ${EXAMPLE}`);
    axis.values.push(...readValues(axis.name, part.slice(at + 1).trim()));
  }
  for (const axis of axes) checkTwice(axis, axes);
  return axes;
}

/** Between commas, but for those inside of brackets: a matrix is one value. */
function partsOf(text: string): string[] {
  const parts = [''];
  let nesting = 0;
  for (const letter of text) {
    if ('[{'.includes(letter)) nesting++;
    if (']}'.includes(letter)) nesting--;
    if (letter === ',' && nesting === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

/** As the flag is called in full. */
function nameOf(text: string, part: string): string {
  const name = text.trim().replace(/^--/, '').replaceAll('-', '_');
  if (name === '') throw fault(`option grid has "${part}": expected a name before the =`);
  return name === 'tol' ? 'tolerance' : name;
}

function checkTwice({ name, values }: Axis, axes: readonly Axis[]): void {
  if (axes.filter((other) => other.name === name).length > 1)
    throw fault(`option grid has ${name} twice: expected it once, with all its values`);
  const twice = values.find((value, k) => values.indexOf(value) !== k);
  if (twice !== undefined)
    throw fault(`option grid has ${name}=${twice} twice: expected every value once`);
}

/** One value, or those of a range. */
function readValues(name: string, text: string): AxisValue[] {
  if (text === '')
    throw fault(`option grid has an empty value of ${name}: expected values such as ${EXAMPLE}`);
  if (/^(linear|log):/.test(text)) return [...spaced(name, text)];
  const parts = text.split(':').map((part) => numberIfOne(part));
  const numbers = parts.filter((part) => typeof part === 'number');
  if (parts.length === 3 && numbers.length === 3) return stepped(name, text, numbers);
  return [numberIfOne(text) ?? text];
}

/** Most values of an axis. */
const MOST = 1_000_000;

/** FROM, FROM + STEP, … up to TO. */
function stepped(name: string, text: string, [from, to, step]: readonly number[]): number[] {
  // So that 0:0.3:0.1 reaches its end.
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (!(count >= 1 && count <= MOST))
    throw fault(
      `option grid has ${name}=${text}, which are ${count > MOST ? `over ${MOST}` : 'no'} values: expected FROM:TO:STEP, such as 0.1:9:0.1`,
    );
  return Array.from({ length: count }, (_, k) => clean(from + k * step, step));
}

/** Without the dust of binary fractions, so that 0.1 + 2 · 0.1 is 0.3 and −1 + 10 · 0.1 is 0. */
const clean = (value: number, step: number) =>
  Math.abs(value) < 1e-9 * Math.abs(step) ? 0 : Number(value.toPrecision(12));

/** As times are given: linear:FROM:TO:COUNT or log:FROM:TO:COUNT, of numbers from 0 on. */
function spaced(name: string, text: string): Float64Array {
  try {
    return parseSaveAt(text, Number.MAX_VALUE).map((value) => Number(value.toPrecision(12)));
  } catch {
    throw fault(
      `option grid has ${name}=${text}: expected linear:FROM:TO:COUNT or log:FROM:TO:COUNT of numbers that rise from 0 on`,
    );
  }
}
