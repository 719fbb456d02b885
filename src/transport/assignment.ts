/**
 * Exact optimal transport between two sets of as many points of equal mass: the assignment problem. For
 * other masses there are the line, the circle and the Sinkhorn divergence.
 */
import { pow } from '../numerics/elementary.ts';
import { InputError, LimitError } from '../numerics/errors.ts';
import { checkPower } from './line.ts';

/** Up to here a dense solver of O(n³) ends within seconds. */
export const MOST_ASSIGNED = 2000;

export interface Assignment {
  /** `columns[i]`: whom row i is given to. */
  readonly columns: Int32Array;
  /** Σ_i c(i, columns[i]) */
  readonly cost: number;
}

/**
 * The permutation of least cost, `costs` [n, n] row by row, by shortest augmenting paths with potentials
 * (Jonker, Volgenant, Computing 38, 1987). O(n³). Throws LimitError beyond 2,000 rows, InputError where
 * the costs are no square of numbers.
 */
export function assign(costs: ArrayLike<number>): Assignment {
  const n = Math.round(Math.sqrt(costs.length));
  checkCosts(costs, n);
  const [rowPrice, columnPrice] = [new Float64Array(n), new Float64Array(n)];
  const owner = new Int32Array(n).fill(-1);
  const search = { costs, n, rowPrice, columnPrice, owner };
  for (let i = 0; i < n; i++) augment(search, i);
  const columns = new Int32Array(n);
  owner.forEach((i, j) => {
    columns[i] = j;
  });
  return { columns, cost: columns.reduce((sum, j, i) => sum + costs[i * n + j], 0) };
}

/** (1/n Σ_i c(i, σ(i)))^{1/p} for the best σ: W_p where c is the distance to the power p. Errors as `assign`. */
export function assignmentDistance(costs: ArrayLike<number>, p = 1): number {
  checkPower(p);
  const { cost, columns } = assign(costs);
  return pow(Math.max(0, cost) / columns.length, 1 / p);
}

interface Search {
  readonly costs: ArrayLike<number>;
  readonly n: number;
  readonly rowPrice: Float64Array;
  readonly columnPrice: Float64Array;
  /** Row of each column, −1 where it is free. */
  readonly owner: Int32Array;
}

/** Finds the shortest path from a new row to a free column by Dijkstra, and hands the columns on along it. */
function augment({ costs, n, rowPrice, columnPrice, owner }: Search, start: number): void {
  const shortest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(n).fill(-1);
  const reached: number[] = [];
  const open = new Uint8Array(n).fill(1);
  let [row, length, end] = [start, 0, -1];
  while (end < 0) {
    let next = -1;
    for (let j = 0; j < n; j++) {
      if (!open[j]) continue;
      const through = length + costs[row * n + j] - rowPrice[row] - columnPrice[j];
      if (through < shortest[j]) {
        shortest[j] = through;
        before[j] = row;
      }
      if (next < 0 || shortest[j] < shortest[next]) next = j;
    }
    length = shortest[next];
    open[next] = 0;
    if (owner[next] < 0) end = next;
    else {
      reached.push(next);
      row = owner[next];
    }
  }
  rowPrice[start] += length;
  for (const j of reached) {
    rowPrice[owner[j]] += length - shortest[j];
    columnPrice[j] -= length - shortest[j];
  }
  for (let j = end; ; ) {
    const from = before[j];
    const given = owner.indexOf(from);
    owner[j] = from;
    if (from === start) return;
    j = given;
  }
}

function checkCosts(costs: ArrayLike<number>, n: number): void {
  if (n === 0 || n * n !== costs.length)
    throw new InputError(
      'costs',
      `${costs.length} costs are no square: expected as many points on both sides, of equal masses`,
    );
  if (n > MOST_ASSIGNED)
    throw new LimitError(
      'costs',
      `${n} points are to be assigned: expected at most ${MOST_ASSIGNED}; take fewer, or the Sinkhorn divergence`,
    );
  for (let k = 0; k < costs.length; k++)
    if (!Number.isFinite(costs[k]))
      throw new InputError('costs', `cost ${k} is ${costs[k]}: expected a finite number`);
}
