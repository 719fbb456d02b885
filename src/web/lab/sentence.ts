/**
 * The tokens of the reader's sentence as a start: their places at layer 0 of the model, brought to the
 * Lab's dimension. Not the model's own flow, which the Layers tab shows.
 */
import { dynamicsNamed } from '../../dynamics/catalogue.ts';
import { normaliseRows } from '../../flow/problem.ts';
import { fromRows, type Matrix, matrix } from '../../numerics/matrix.ts';
import { gram, symmetricEigen } from '../../numerics/spectrum.ts';
import type { Trace } from '../api.ts';
import type { Page } from '../page.ts';
import { tokenName } from '../page.ts';
import type { LabSettings } from './settings.ts';

export interface SentenceStart {
  readonly init: Matrix;
  readonly labels: readonly string[];
}

/** The embedded tokens in d coordinates; on the sphere they are made unit vectors again. */
export function sentenceStart(
  page: Page,
  trace: Trace,
  { d, dynamics }: Pick<LabSettings, 'd' | 'dynamics'>,
): SentenceStart {
  const rows = trace.hidden_states[0];
  const tokens = fromRows(rows);
  const init = d < tokens.columns ? leadingCoordinates(tokens, d) : widened(tokens, d);
  if (dynamicsNamed(dynamics).space === 'sphere') normaliseRows(init.data, d);
  return { init, labels: rows.map((_, i) => tokenName(trace, i, page.words)) };
}

/**
 * Coordinates along the d leading eigenvectors of XᵀX, not centred: of all d-dimensional places these keep the
 * products ⟨x_i, x_j⟩ best (Eckart and Young). X = UΣWᵀ, so they are √λ u of XXᵀ, n × n.
 */
export function leadingCoordinates(points: Matrix, d: number): Matrix {
  const n = points.rows;
  const { values, vectors } = symmetricEigen(gram(points));
  const out = matrix(n, d);
  for (let k = 0; k < Math.min(n, d); k++) {
    const scale = Math.sqrt(Math.max(0, values[k]));
    for (let i = 0; i < n; i++) out.data[i * d + k] = scale * vectors.data[k * n + i];
  }
  return out;
}

/** More coordinates than the tokens have are zeros. */
function widened({ rows, columns, data }: Matrix, d: number): Matrix {
  const out = matrix(rows, d);
  for (let i = 0; i < rows; i++) out.data.set(data.subarray(i * columns, (i + 1) * columns), i * d);
  return out;
}
