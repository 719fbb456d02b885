/** Two spirals as labelled points in R^d, and what a linear readout makes of positions. Not what moves them. */
import { cos, sin } from '../../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../../numerics/matrix.ts';
import type { Random } from '../../numerics/random.ts';

export interface Labelled {
  /** [n, d] */
  readonly positions: Matrix;
  /** [n], 0 or 1: the arm. */
  readonly labels: Int32Array;
}

export interface SpiralShape {
  readonly points: number;
  readonly d: number;
  /** How often an arm goes around. */
  readonly turns: number;
  /** Standard deviation of both coordinates around the arm; arms reach a radius of 2. */
  readonly noise: number;
}

const RADIUS = 2;
/** Of the radius: closer to the middle the arms could not be told apart. */
const INNER = 0.1;

/**
 * Points alternately on the arms r (cos φ, sin φ), φ growing with r. They lie in a plane, and coordinates
 * from the third on are 0. A flow of the plane is a homeomorphism of it: arms never pass through each other
 * and must be unwound. In R^d they can be lifted over each other (Dupont et al., arXiv 1904.01681).
 */
export function drawSpirals(
  { points, d, turns, noise }: SpiralShape,
  { uniform, gaussian }: Random,
): Labelled {
  const positions = matrix(points, d);
  const labels = Int32Array.from({ length: points }, (_, i) => i % 2);
  labels.forEach((label, i) => {
    const share = INNER + (1 - INNER) * Math.sqrt(uniform());
    const angle = 2 * Math.PI * turns * share + Math.PI * label;
    const [x, y] = [RADIUS * share * cos(angle), RADIUS * share * sin(angle)];
    positions.data.set([x + noise * gaussian(), y + noise * gaussian()], i * d);
  });
  return { positions, labels };
}

/** Which of two classes a place belongs to: the larger entry of U x + c. */
export interface Readout {
  /** U [2, d] */
  readonly weight: Matrix;
  /** c [2] */
  readonly bias: Float64Array;
}

/** Share of the positions that are read out as their labels. */
export function accuracyOf(
  { weight, bias }: Readout,
  positions: Matrix,
  labels: Int32Array,
): number {
  const score = (x: Float64Array, label: number) =>
    row(weight, label).reduce((sum, entry, c) => sum + entry * x[c], bias[label]);
  const right = labels.filter((label, i) => {
    const x = row(positions, i);
    return score(x, label) > score(x, 1 - label);
  });
  return right.length / labels.length;
}
