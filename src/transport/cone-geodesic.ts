/**
 * Geodesics of the Hellinger–Kantorovich distance and of its spherical version. Not the transport: that is
 * hellinger-kantorovich.ts, and every pair of it moves by cone.ts.
 */
import { sin } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { conePoint } from './cone.ts';
import {
  type HellingerKantorovich,
  type HellingerKantorovichOptions,
  hellingerKantorovich,
  probability,
  sphericalFrom,
} from './hellinger-kantorovich.ts';
import { type Measure, unitMasses } from './measure.ts';

/** Points with masses as they are, all above 0. A point may stand there more than once. */
export interface MassedPoints extends Measure {
  readonly masses: Float64Array;
}

/** The measure at a time from 0 to 1. Throws InputError (field `time`) for another. */
export type Geodesic = (time: number) => MassedPoints;

/**
 * The geodesic from x to y: every pair (i, j) of the transport is one Dirac that moves as on the cone
 * (`conePoint`), along the segment or the great circle; a point without partner shrinks as (1 − s)² or
 * grows as s². Total mass is (1 − s) A + s B − s(1 − s) HK². Errors as `hellingerKantorovich`.
 */
export function hellingerKantorovichGeodesic(
  x: Measure,
  y: Measure,
  options: HellingerKantorovichOptions = {},
): Geodesic {
  return along(x.points, y.points, hellingerKantorovich(x, y, options), options.space === 'sphere');
}

/**
 * The geodesic of probability measures (Laschos, Mielke 2019, thm. 2.7): the one above, brought to total mass
 * 1, at σ(s) = sin(sΘ) / (sin(sΘ) + sin((1 − s)Θ)), Θ the spherical distance. Errors as `hellingerKantorovich`.
 */
export function sphericalHellingerKantorovichGeodesic(
  x: Measure,
  y: Measure,
  options: HellingerKantorovichOptions = {},
): Geodesic {
  const transport = hellingerKantorovich(probability(x), probability(y), options);
  const path = along(x.points, y.points, transport, options.space === 'sphere');
  const whole = sphericalFrom(transport.distance);
  return (time) => {
    checkTime(time);
    const [near, far] = [sin((1 - time) * whole), sin(time * whole)];
    const { points, masses } = path(whole > 0 ? far / (near + far) : time);
    return { points, masses: unitMasses(masses.length, masses) };
  };
}

function along(
  x: Matrix,
  y: Matrix,
  { pairs, unmatched }: HellingerKantorovich,
  onSphere: boolean,
): Geodesic {
  return (time) => {
    checkTime(time);
    const [points, masses]: [number[], number[]] = [[], []];
    const put = (point: Iterable<number>, mass: number) => {
      if (!(mass > 0)) return;
      points.push(...point);
      masses.push(mass);
    };
    for (const { i, j, p, q, theta } of pairs) {
      const { mass, angle } = conePoint(p, q, theta, time);
      put(between(row(x, i), row(y, j), { theta, angle, onSphere }), mass);
    }
    unmatched.first.forEach((mass, i) => void put(row(x, i), (1 - time) ** 2 * mass));
    unmatched.second.forEach((mass, j) => void put(row(y, j), time ** 2 * mass));
    return {
      points: matrix(masses.length, x.columns, Float64Array.from(points)),
      masses: Float64Array.from(masses),
    };
  };
}

/** The point `angle` away from x on the shortest way to y, which is `theta` away. */
function between(
  x: Float64Array,
  y: Float64Array,
  { theta, angle, onSphere }: { theta: number; angle: number; onSphere: boolean },
): Float64Array {
  if (theta === 0) return x;
  const [near, far] = onSphere
    ? [sin(theta - angle) / sin(theta), sin(angle) / sin(theta)]
    : [(theta - angle) / theta, angle / theta];
  return x.map((value, c) => near * value + far * y[c]);
}

function checkTime(time: number): void {
  if (!(time >= 0 && time <= 1))
    throw new InputError('time', `time is ${time}: expected a number from 0 to 1`);
}
