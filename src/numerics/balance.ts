/**
 * What a square matrix needs before its eigenvalues are computed: its independent blocks apart, and each of
 * them scaled so that small entries are not lost beside large ones. Not the eigenvalues: spectrum.ts.
 */
import { hypot } from './elementary.ts';
import { type Matrix, matrix } from './matrix.ts';

/** A scaling that lessens the norms of a row and its column by less is not worth a sweep. */
const WORTH = 0.95;

/**
 * The diagonal blocks of the block-triangular form (strongly connected components of the graph i → j where
 * a_ij ≠ 0; Tarjan, SIAM J. Comput. 1, 1972): together they have the eigenvalues of the matrix.
 */
export function irreducibleBlocks(square: Matrix): Matrix[] {
  return components(square).map((members) => {
    const block = matrix(members.length, members.length);
    for (const [a, i] of members.entries())
      for (const [b, j] of members.entries())
        block.data[a * members.length + b] = square.data[i * square.rows + j];
    return block;
  });
}

function components({ rows: n, data }: Matrix): number[][] {
  const found: number[][] = [];
  const order = new Int32Array(n).fill(-1);
  const low = new Int32Array(n);
  const waiting: number[] = [];
  const isWaiting = new Uint8Array(n);
  let next = 0;
  const visit = (i: number): void => {
    order[i] = low[i] = next++;
    waiting.push(i);
    isWaiting[i] = 1;
    for (let j = 0; j < n; j++) {
      if (j === i || data[i * n + j] === 0) continue;
      if (order[j] < 0) visit(j);
      if (isWaiting[j]) low[i] = Math.min(low[i], low[j]);
    }
    if (low[i] < order[i]) return;
    const members = waiting.splice(waiting.indexOf(i)).sort((a, b) => a - b);
    for (const member of members) isWaiting[member] = 0;
    found.push(members);
  };
  for (let i = 0; i < n; i++) if (order[i] < 0) visit(i);
  return found;
}

/**
 * D⁻¹ A D with D diagonal, of powers of two, so that every row has about the norm of its column: eigenvalues
 * are the same to the last bit, and what rounding does to them is least (Osborne, J. ACM 7, 1960; Parlett &
 * Reinsch, Numer. Math. 13, 1969; the 2-norm after James, Langou & Lowery, arXiv 1401.5766).
 */
export function balanced(square: Matrix): Matrix {
  const { rows: n } = square;
  const data = square.data.slice();
  let changed = true;
  while (changed) {
    changed = false;
    for (let i = 0; i < n; i++) {
      const factor = scaling(offDiagonal(data, n, i, n, 1), offDiagonal(data, n, i, 1, n));
      if (factor === 1) continue;
      for (let j = 0; j < n; j++) data[i * n + j] /= factor;
      for (let j = 0; j < n; j++) data[j * n + i] *= factor;
      changed = true;
    }
  }
  return matrix(n, n, data);
}

/** The power of two f that makes f · column and row / f most alike; 1 where that gains little. */
function scaling(row: number, column: number): number {
  if (row === 0 || column === 0) return 1;
  let factor = 1;
  while (2 * column * factor < row / factor) factor *= 2;
  while (column * factor >= (2 * row) / factor) factor /= 2;
  return column * factor + row / factor < WORTH * (row + column) ? factor : 1;
}

/** The norm of row i (stride 1, line n) or column i (stride n, line 1) without the diagonal. */
function offDiagonal(data: Float64Array, n: number, i: number, line: number, stride: number) {
  return hypot(
    Float64Array.from({ length: n }, (_, j) => (j === i ? 0 : data[i * line + j * stride])),
  );
}
