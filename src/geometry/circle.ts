/** Starts on the circle, d = 2: the regular polygon, and the uniform law with a small perturbation. */
import { cos, sin } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { retract } from './sphere.ts';
import { fromRows, numberIn, type Start } from './start.ts';

const onCircle = (theta: number) => retract([cos(theta), sin(theta)]);

export const regularPolygon: Start = {
  name: 'regular_polygon',
  title: 'Regular polygon',
  help: 'Angles 2πi/n on the circle: at rest under every rotation-equivariant flow.',
  citation: '',
  space: 'sphere',
  dimension: 2,
  parameters: [],
  seeded: false,
  positions: ({ n }) => fromRows(n, 2, (i) => onCircle((2 * Math.PI * i) / n)),
};

/**
 * The quantile of q ∈ (0, 1) of the density (1 + Σ_k a cos(kθ + φ_k)) / 2π on [0, 2π), k = 1 … modes:
 * Newton on G(θ) = θ + Σ (a/k)(sin(kθ + φ_k) − sin φ_k) = 2πq, which rises because a · modes < 1.
 */
function perturbedQuantile(q: number, amplitude: number, phases: readonly number[]): number {
  const target = 2 * Math.PI * q;
  let theta = target;
  for (let round = 0; round < 100; round++) {
    let value = theta - target;
    let slope = 1;
    phases.forEach((phase, index) => {
      const k = index + 1;
      value += (amplitude / k) * (sin(k * theta + phase) - sin(phase));
      slope += amplitude * cos(k * theta + phase);
    });
    const step = value / slope;
    theta -= step;
    if (Math.abs(step) <= 1e-15 * (1 + Math.abs(theta))) break;
  }
  return theta;
}

export const perturbedCircle: Start = {
  name: 'perturbed_circle',
  title: 'Perturbed uniform circle',
  help: 'The quantiles (i + ½)/n of the uniform law plus Fourier modes 1 … m of equal amplitude and random phases: no sampling noise favours a mode.',
  citation: 'arXiv 2410.23228 (growth of modes)',
  space: 'sphere',
  dimension: 2,
  parameters: [
    {
      type: 'number',
      name: 'amplitude',
      title: 'Amplitude',
      help: 'Of every mode of the density, relative to the uniform one; amplitude × modes is below 1.',
      unit: '',
      default: 0.001,
      minimum: 0,
      maximum: 0.99,
      integer: false,
    },
    {
      type: 'number',
      name: 'modes',
      title: 'Modes',
      help: 'Fourier modes 1 … m are perturbed.',
      unit: '',
      default: 10,
      minimum: 1,
      maximum: 1000,
      integer: true,
    },
  ],
  seeded: true,
  positions: ({ n, values, random }) => {
    const [amplitude, modes] = [numberIn(values, 'amplitude'), numberIn(values, 'modes')];
    checkDensity(amplitude, modes);
    const phases = Array.from({ length: modes }, () => 2 * Math.PI * random.uniform());
    return fromRows(n, 2, (i) => onCircle(perturbedQuantile((i + 0.5) / n, amplitude, phases)));
  },
};

function checkDensity(amplitude: number, modes: number): void {
  if (amplitude * modes < 1) return;
  throw new InputError(
    'amplitude',
    `amplitude is ${amplitude} for ${modes} modes: expected amplitude × modes below 1, so that the density is positive; lower one of them`,
  );
}
