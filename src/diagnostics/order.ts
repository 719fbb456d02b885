/** Order parameters: how far the particles are from being spread evenly. Harmonics of S² have their own file. */
import { hypot } from '../numerics/elementary.ts';
import { norm } from '../numerics/vectors.ts';
import type { PreparedFrame, ScalarDiagnostic, VectorDiagnostic } from './diagnostic.ts';

const MODES = 8;

export const meanResultant: ScalarDiagnostic = {
  name: 'mean_resultant',
  title: 'Mean resultant length',
  unit: '',
  help: '|Σ w_i x_i|: 1 when all tokens coincide, 0 when they balance; on the circle the order parameter of Kuramoto. Off the sphere the length of the mean position.',
  citation: 'Mardia and Jupp, Directional Statistics, Wiley 2000, §9.2',
  kind: 'scalar',
  compute: ({ mean }) => norm(mean),
};

export const fourierModes: VectorDiagnostic = {
  name: 'fourier_modes',
  title: 'Fourier modes',
  unit: '',
  help: 'On the circle |Σ w_j exp(−ikθ_j)| for k = 1 … 8: all 1 when the tokens coincide, 1 at the multiples of m alone for m equal tokens spaced evenly.',
  citation: 'arXiv 2410.23228',
  kind: 'vector',
  index: 'k',
  indices: [1, MODES],
  compute: (frame) =>
    frame.space === 'sphere' && frame.positions.columns === 2 ? modes(frame) : null,
};

function modes({ positions: { data }, weights }: PreparedFrame): number[] {
  const real = new Float64Array(MODES);
  const imaginary = new Float64Array(MODES);
  for (let i = 0; i < weights.length; i++) {
    const [x, y] = [data[2 * i], data[2 * i + 1]];
    let [a, b] = [weights[i], 0];
    for (let k = 0; k < MODES; k++) {
      [a, b] = [a * x - b * y, a * y + b * x];
      real[k] += a;
      imaginary[k] += b;
    }
  }
  return Array.from(real, (a, k) => hypot([a, imaginary[k]]));
}
