/**
 * What a diagnostic is: one number or one histogram of one frame of a flow, with what a reader must know.
 * Not the list of them (catalogue.ts) and not clusters, which compare frames (clusters.ts).
 */
import type { Matrix } from '../numerics/matrix.ts';
import { gram } from '../numerics/spectrum.ts';

/** A frame as the flow gives it. */
export interface DiagnosticFrame {
  /** [n, d], unit rows. */
  readonly positions: Matrix;
  /** Per head [n, n], rows sum to 1; absent where no layer led to this frame. */
  readonly couplings?: readonly Matrix[] | null;
  /** Positions one frame earlier, [n, d]; absent at the start. */
  readonly previous?: Matrix | null;
}

/** A frame with what several diagnostics share, computed once. */
export interface PreparedFrame extends DiagnosticFrame {
  /** Cosines of all pairs, [n, n]. */
  readonly gram: Matrix;
  /** Cosines of the pairs i < j, n(n−1)/2 of them. */
  readonly cosines: Float64Array;
}

interface Description {
  /** snake_case, the key in every record. */
  readonly name: string;
  readonly title: string;
  /** Empty for a pure number. */
  readonly unit: string;
  readonly help: string;
  readonly citation: string;
}

export interface ScalarDiagnostic extends Description {
  readonly kind: 'scalar';
  /** null where the frame does not define it. */
  readonly compute: (frame: PreparedFrame) => number | null;
}

export interface HistogramDiagnostic extends Description {
  readonly kind: 'histogram';
  /** Interval that the bins divide equally. */
  readonly range: readonly [number, number];
  readonly bins: number;
  readonly compute: (frame: PreparedFrame) => number[];
}

export type Diagnostic = ScalarDiagnostic | HistogramDiagnostic;

/** Adds the Gram matrix and the pairs' cosines. */
export function prepareFrame(frame: DiagnosticFrame): PreparedFrame {
  const all = gram(frame.positions);
  return { ...frame, gram: all, cosines: pairs(all) };
}

/** The entries above the diagonal, row by row. */
function pairs({ rows: n, data }: Matrix): Float64Array {
  const result = new Float64Array((n * (n - 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) result[next++] = Math.max(-1, Math.min(1, data[i * n + j]));
  return result;
}
