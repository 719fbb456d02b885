/** How many directions the particles really use. */
import { exp } from '../numerics/elementary.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { singularValues } from '../numerics/spectrum.ts';
import { entropy } from '../numerics/statistics.ts';
import { type PreparedFrame, readsPairs, type ScalarDiagnostic } from './diagnostic.ts';
import { SAMPLE_SIZE } from './sample.ts';

/** In few dimensions all particles are summed into a d × d matrix; only in many their pairs are read. */
const reads = (n: number, d: number) => (d <= SAMPLE_SIZE ? n : readsPairs(n));

export const effectiveRank: ScalarDiagnostic = {
  name: 'effective_rank',
  title: 'Effective rank',
  unit: '',
  help: 'Exponential of the entropy of the normalised singular values of the n × d positions (uncentred), rows times √w_i with masses: 1 when all tokens are on one line, min(n, d) when they use all directions equally.',
  citation: 'Roy and Vetterli, The effective rank, EUSIPCO 2007',
  kind: 'scalar',
  headline: true,
  reads,
  compute: (frame) => exp(entropy(spectrum(frame))),
};

function spectrum(frame: PreparedFrame): Float64Array {
  const { positions, weights, masses } = frame;
  const { rows: n, columns: d } = positions;
  const all = reads(n, d) === n;
  const points = all ? positions : frame.pairs.positions;
  if (masses) return singularValues(scaled(points, all ? weights : frame.pairs.weights));
  // The n × n products are there already, but smaller only in many dimensions.
  return d < points.rows ? singularValues(points) : singularValues(points, frame.gram);
}

function scaled({ rows, columns, data }: Matrix, weights: Float64Array): Matrix {
  const values = data.map((value, at) => value * Math.sqrt(weights[Math.floor(at / columns)]));
  return matrix(rows, columns, values);
}
