/** How far the particles have left the convex hull, or the cone, of where they began. */
import type { Matrix } from '../numerics/matrix.ts';
import { largestConeDistance, largestHullDistance } from './convex.ts';
import { type PreparedFrame, readsPairs, type ScalarDiagnostic } from './diagnostic.ts';
import { drawn, pairSample, selectRows } from './sample.ts';

/** Distances are measured of so many particles that points × dimension × particles stays below this. */
const WORK = 1e7;
const FEWEST = 16;

/** How many particles' distances are measured. */
function reads(n: number, d: number): number {
  const points = readsPairs(n);
  return Math.min(points, Math.max(FEWEST, Math.floor(WORK / (points * d))));
}

export const hullExit: ScalarDiagnostic = {
  name: 'hull_distance',
  title: 'Distance to the hull',
  unit: '',
  help: 'The largest Euclidean distance of a token to the convex hull of all tokens of the first frame, 0 while all are inside. On the sphere the hull is the flat one in R^d, which meets the sphere in the first tokens alone: see cone_distance there.',
  citation: 'Wolfe, Math. Programming 11 (1976) 128; arXiv 2305.05465',
  kind: 'scalar',
  reads,
  compute: (frame) => (frame.initial ? largest(frame, frame.initial, largestHullDistance) : null),
};

export const coneExit: ScalarDiagnostic = {
  name: 'cone_distance',
  title: 'Distance to the cone',
  unit: '',
  help: 'On the sphere the largest distance of a token to the convex cone Σ λ_j x_j, λ_j ≥ 0, of all tokens of the first frame: the sine of the angle to it, up to a right angle; 0 while all are inside, where attention with V = I keeps them.',
  citation: 'Lawson and Hanson, Solving Least Squares Problems, 1974, ch. 23; arXiv 2312.10794',
  kind: 'scalar',
  reads,
  compute: (frame) =>
    frame.initial && frame.space === 'sphere'
      ? largest(frame, frame.initial, largestConeDistance)
      : null,
};

type Largest = (points: Matrix, targets: Matrix) => number;

function largest({ positions }: PreparedFrame, initial: Matrix, distance: Largest): number {
  if (positions === initial) return 0;
  // The same particles as in the sample of the start, so that who has not moved is inside.
  const candidates = sampled(positions);
  const count = reads(positions.rows, positions.columns);
  return distance(sampled(initial), selectRows(candidates, drawn(candidates.rows, count)));
}

function sampled(positions: Matrix): Matrix {
  const indices = pairSample(positions.rows);
  return indices ? selectRows(positions, indices) : positions;
}
