/** Order on S² by degree: the rotation-invariant power of the spherical harmonics of the measure. */
import type { PreparedFrame, VectorDiagnostic } from './diagnostic.ts';

const DEGREES = 6;

export const harmonicPower: VectorDiagnostic = {
  name: 'harmonic_power',
  title: 'Harmonic power',
  unit: '',
  help: 'On S² Σ_ij w_i w_j P_l(⟨x_i,x_j⟩) for the degrees l = 1 … 6, which is 4π/(2l+1) Σ_m |Σ_i w_i Y_lm(x_i)|²: all 1 when the tokens coincide, all 0 when they are spread evenly. The roots are the bond-order parameters Q_l.',
  citation: 'Steinhardt, Nelson and Ronchetti, Phys. Rev. B 28 (1983) 784, eq. (1.3)',
  kind: 'vector',
  index: 'l',
  indices: [1, DEGREES],
  compute: (frame) =>
    frame.space === 'sphere' && frame.positions.columns === 3 ? power(frame) : null,
};

/** Σ_m of the squared coefficients in Schmidt's normalisation: O(n) where the pairs would be O(n²). */
function power({ positions: { data }, weights }: PreparedFrame): number[] {
  const result = new Array<number>(DEGREES).fill(0);
  for (let m = 0; m <= DEGREES; m++) {
    const real = new Float64Array(DEGREES + 1);
    const imaginary = new Float64Array(DEGREES + 1);
    for (let i = 0; i < weights.length; i++) {
      const [a, b] = power2d(data[3 * i], data[3 * i + 1], m);
      const legendre = associated(data[3 * i + 2], m);
      for (let l = m; l <= DEGREES; l++) {
        real[l] += weights[i] * legendre[l] * a;
        imaginary[l] += weights[i] * legendre[l] * b;
      }
    }
    for (let l = Math.max(1, m); l <= DEGREES; l++)
      result[l - 1] += schmidt(l, m) * (real[l] ** 2 + imaginary[l] ** 2);
  }
  return result;
}

/** (x + iy)^m, which is sin^m ϑ e^{imφ}. */
function power2d(x: number, y: number, m: number): [number, number] {
  let [a, b] = [1, 0];
  for (let k = 0; k < m; k++) [a, b] = [a * x - b * y, a * y + b * x];
  return [a, b];
}

/** P_l^m(z) / sin^m ϑ for l = m … 6 by the recurrence in l, without the sign (−1)^m. */
function associated(z: number, m: number): Float64Array {
  const values = new Float64Array(DEGREES + 1);
  values[m] = 1;
  for (let odd = 1; odd < 2 * m; odd += 2) values[m] *= odd;
  for (let l = m + 1; l <= DEGREES; l++)
    values[l] = ((2 * l - 1) * z * values[l - 1] - (l + m - 1) * (values[l - 2] ?? 0)) / (l - m);
  return values;
}

/** (l−m)!/(l+m)!, twice for m > 0, which stands for −m too. */
function schmidt(l: number, m: number): number {
  let factor = m > 0 ? 2 : 1;
  for (let k = l - m + 1; k <= l + m; k++) factor /= k;
  return factor;
}
