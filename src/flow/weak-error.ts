/**
 * How far the law of a run with noise is from that of the flow in continuous time, because of its step: the
 * run beside follows the same path in steps twice as long. Not the error of a finite number of particles.
 *
 * A scheme of weak order p has E f(x^h) = E f(x) + c h^p + …, so that the two differ by (2^p − 1) times the
 * error of the run (Richardson; Talay and Tubaro, Stoch. Anal. Appl. 8, 1990). f are the coordinates and their
 * products: the means and second moments, on which what a frame shows of many particles hangs first.
 */
import { weakOrder } from '../integrators/schemes.ts';
import { distance, norm } from '../numerics/vectors.ts';
import { besideSettings, type Companion } from './companion.ts';
import type { SimulationFrame } from './frames.ts';
import { percent } from './resolution.ts';
import type { SimulationSettings } from './simulation-settings.ts';

/** An error of so much of the size of the cloud is worth a warning. */
const LARGE = 0.01;
/** Differences of so many standard errors are no chance. */
const CERTAIN = 3;

/** Twice the step. What it finds large goes into `notes.noise`. */
export function coarseCompanion(
  settings: SimulationSettings,
  notes: Record<string, string>,
): Companion {
  const { step } = settings;
  let largest = LARGE;
  return {
    settings: { ...besideSettings(settings), step: 2 * step },
    goesOn: true,
    compare(frame, beside) {
      if (!beside) {
        notes.noise = `with twice the step ${step} the run has values that are not finite: take a smaller one`;
        return frame;
      }
      const noiseError = weakError(frame, beside, settings);
      if (noiseError > largest) {
        largest = noiseError;
        notes.noise = `at time ${frame.time} the step ${step} moves means or second moments by about ${percent(noiseError)} of the size of the cloud (by the same path in steps of ${2 * step}): take a smaller step`;
      }
      return { ...frame, noiseError };
    },
  };
}

/**
 * The larger of the changes of E x and of E x xᵀ (Frobenius), over 2^p − 1, in units of the cloud's size: 1 on the
 * sphere, its deviation about its centre in R^d. Where dynamics turn with the particles the cloud's direction is
 * chance, and the changes are those of |E x| and |E x xᵀ|. Fluctuations of a mean over n particles are taken
 * off: 0 where the two cannot be told apart.
 */
export function weakError(
  { positions, masses }: SimulationFrame,
  beside: SimulationFrame,
  settings: SimulationSettings,
): number {
  const { d, entry, scheme } = settings;
  const weights = masses ?? settings.masses;
  const onSphere = entry.space === 'sphere';
  const centre = onSphere ? new Float64Array(d) : momentsOf(positions.data, weights, d).first;
  const x = about(positions.data, centre);
  const y = about(beside.positions.data, centre);
  const [here, there] = [x, y].map((rows) => momentsOf(rows, weights, d));
  const chance = fluctuations(x, y, weights, d);
  const size = onSphere ? 1 : Math.sqrt(here.square);
  const units = [size, size * size];
  const apart = turnsAlong(settings)
    ? [norm(here.first) - norm(there.first), norm(here.second) - norm(there.second)]
    : [distance(here.first, there.first), distance(here.second, there.second)];
  const certain = apart.map((change, k) => {
    const left = change ** 2 - chance[k];
    return left > (CERTAIN ** 2 - 1) * chance[k] ? Math.sqrt(left) / units[k] : 0;
  });
  return size > 0 ? Math.max(...certain) / (2 ** weakOrder(scheme) - 1) : 0;
}

/** Whether the flow of turned particles is the turned flow. */
function turnsAlong({ entry, parameters }: SimulationSettings): boolean {
  const matrices = entry.parameters.filter(({ type }) => type === 'matrix');
  return (
    entry.properties.rotationEquivariant && matrices.every(({ name }) => isScalar(parameters[name]))
  );
}

const isScalar = (value: unknown) =>
  value === 'identity' || (typeof value === 'object' && value !== null && 'scalar' in value);

interface Moments {
  /** Σ w x [d] */
  readonly first: Float64Array;
  /** Σ w x xᵀ [d · d] */
  readonly second: Float64Array;
  /** Σ w |x|² */
  readonly square: number;
}

function momentsOf(x: Float64Array, weights: Float64Array, d: number): Moments {
  const first = new Float64Array(d);
  const second = new Float64Array(d * d);
  for (let i = 0; i < weights.length; i++)
    for (let k = 0; k < d; k++) {
      const share = weights[i] * x[i * d + k];
      first[k] += share;
      for (let l = 0; l < d; l++) second[k * d + l] += share * x[i * d + l];
    }
  let square = 0;
  for (let k = 0; k < d; k++) square += second[k * (d + 1)];
  return { first, second, square };
}

/** The variances of Σ w (x − y) and of Σ w (x xᵀ − y yᵀ) over particles: Σ w² |·|². */
function fluctuations(x: Float64Array, y: Float64Array, weights: Float64Array, d: number) {
  const chance = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    let [own, other, both, way] = [0, 0, 0, 0];
    for (let k = i * d; k < (i + 1) * d; k++) {
      own += x[k] ** 2;
      other += y[k] ** 2;
      both += x[k] * y[k];
      way += (x[k] - y[k]) ** 2;
    }
    chance[0] += weights[i] ** 2 * way;
    chance[1] += weights[i] ** 2 * (own ** 2 + other ** 2 - 2 * both ** 2);
  }
  return chance;
}

const about = (x: Float64Array, centre: Float64Array): Float64Array =>
  x.map((value, at) => value - centre[at % centre.length]);
