/** The interaction energy of the particles. */
import { mean } from '../numerics/statistics.ts';
import type { PreparedFrame, ScalarDiagnostic } from './diagnostic.ts';

/**
 * E_β − 1/(2β) = (1/2n²) Σ_ij (e^{β⟨x_i,x_j⟩} − 1)/β over all i, j, the diagonal too (arXiv 2312.10794).
 * Without its constant the energy exists at β = 0, as (1/2n²) Σ_ij ⟨x_i,x_j⟩.
 */
export function energyAt(frame: PreparedFrame, beta: number): number {
  const cosines = frame.gram.data;
  if (beta === 0) return mean(cosines) / 2;
  let sum = 0;
  for (let i = 0; i < cosines.length; i++) sum += Math.expm1(beta * cosines[i]);
  return sum / (2 * beta * cosines.length);
}

export const energy: ScalarDiagnostic = {
  name: 'energy',
  title: 'Energy',
  unit: '',
  help: 'Interaction energy (1/2n²) Σ (exp(β⟨x_i,x_j⟩) − 1)/β at β = 1; it is largest, (e − 1)/2, when all tokens coincide.',
  citation: 'arXiv 2312.10794',
  kind: 'scalar',
  compute: (frame) => energyAt(frame, 1),
};
