/** The interaction energy of the particles. */
import { expm1 } from '../numerics/elementary.ts';
import { row } from '../numerics/matrix.ts';
import { squaredNorm } from '../numerics/vectors.ts';
import { type PreparedFrame, pairSum, readsPairs, type ScalarDiagnostic } from './diagnostic.ts';

/**
 * E_β − 1/(2β) = ½ Σ_ij w_i w_j (e^{β⟨x_i,x_j⟩} − 1)/β over all i, j, the diagonal too (arXiv 2312.10794).
 * Without its constant the energy exists at β = 0, as ½ Σ_ij w_i w_j ⟨x_i,x_j⟩.
 */
export function energyAt(frame: PreparedFrame, beta: number): number {
  const { positions, gram } = frame;
  const m = gram.rows;
  const term = (product: number) => (beta === 0 ? product : expm1(beta * product) / beta);
  return (
    pairSum(
      frame,
      (i) => term(squaredNorm(row(positions, i))),
      (a, b) => term(gram.data[a * m + b]),
    ) / 2
  );
}

export const energy: ScalarDiagnostic = {
  name: 'energy',
  title: 'Energy',
  unit: '',
  help: 'Interaction energy ½ Σ w_i w_j (exp(β⟨x_i,x_j⟩) − 1)/β at the β of the run, w = 1/n without masses; β = 1 for a trained model. On the sphere it is largest, (exp β − 1)/(2β), when all tokens coincide.',
  citation: 'arXiv 2312.10794',
  kind: 'scalar',
  headline: true,
  reads: readsPairs,
  compute: (frame) => energyAt(frame, frame.beta),
};
