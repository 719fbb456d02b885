/**
 * Particles of R^d on a sphere that can be drawn: the great sphere that the three leading directions
 * through the origin span, the same for all frames. A particle goes to the nearest point of it.
 */
import type { Trace } from '../../api.ts';
import type { State } from '../../state.ts';
import type { Turned } from '../../turning.ts';
import { along, basisOf } from '../projection.ts';

/** Degrees beside the middle, and the steepest look from above or below. */
const ASIDE = 20;
const STEEP = 50;

export interface GlobePoint {
  /** Of length 1. */
  readonly at: readonly [number, number, number];
  /** The length of what the three directions see of the particle: 1 on the sphere itself, 0 at right angles to it. */
  readonly seen: number;
}

export interface OnGlobe {
  /** [frame][token] */
  readonly points: readonly (readonly GlobePoint[])[];
  /** Share of the squared length of all particles along each direction. */
  readonly explained: readonly number[];
}

/** Frames × n × d positions on the globe. */
export function onGlobe(frames: readonly number[][][]): OnGlobe {
  const all = [...frames];
  const origin = all[0][0].map(() => 0);
  const basis = basisOf(all, origin);
  const points = along(basis, all).map((frame) =>
    frame.map(([x, y = 0, z = 0]): GlobePoint => {
      const seen = Math.hypot(x, y, z);
      // At right angles to all three every point is as near; this one is drawn smallest.
      const at = seen > 0 ? ([x / seen, y / seen, z / seen] as const) : ([0, 0, 1] as const);
      return { at, seen: Math.min(1, seen) };
    }),
  );
  return { points, explained: basis.explained };
}

/** A point of the turned globe: to the right, up, and towards the reader. */
export function seenFrom({ yaw, pitch }: Turned, { at: [x, y, z] }: GlobePoint) {
  const [a, b] = [(-yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
  const depth = z * Math.cos(a) - x * Math.sin(a);
  return [
    x * Math.cos(a) + z * Math.sin(a),
    y * Math.cos(b) - depth * Math.sin(b),
    y * Math.sin(b) + depth * Math.cos(b),
  ] as const;
}

/** How the globe is turned: as the state has it, or so that the end of the blank, or of the last particle, is before the reader. */
export function turnOf(
  { yaw, pitch }: Pick<State, 'yaw' | 'pitch'>,
  { tokens }: Trace,
  { points }: OnGlobe,
): Turned {
  const blank = tokens.findIndex(({ text }) => text === '__');
  const own = facing(points[points.length - 1][blank < 0 ? tokens.length - 1 : blank]);
  return { yaw: yaw ?? own.yaw, pitch: pitch ?? own.pitch };
}

/** The turn, in degrees, that brings a point before the reader, a little to the side so that its way is seen. */
export function facing({ at: [x, y, z] }: GlobePoint): Turned {
  const degrees = (radians: number) => Math.round((radians * 180) / Math.PI);
  const yaw = degrees(Math.atan2(x, z)) + ASIDE;
  const pitch = degrees(Math.atan2(y, Math.hypot(x, z)));
  return { yaw: (yaw + 360) % 360, pitch: Math.max(-STEEP, Math.min(STEEP, pitch)) };
}

/** On the great circle from one point to another; halfway round where they are opposite. */
export function between(a: GlobePoint, b: GlobePoint, part: number): GlobePoint {
  const mixed = a.at.map((value, k) => (1 - part) * value + part * b.at[k]);
  const cosine = a.at.reduce((sum, value, k) => sum + value * b.at[k], 0);
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const seen = (1 - part) * a.seen + part * b.seen;
  const sine = Math.sin(angle);
  if (sine < 1e-6) return { at: unit(mixed, b.at), seen };
  const [from, to] = [Math.sin((1 - part) * angle) / sine, Math.sin(part * angle) / sine];
  return {
    at: unit(
      a.at.map((value, k) => from * value + to * b.at[k]),
      b.at,
    ),
    seen,
  };
}

function unit(vector: readonly number[], otherwise: GlobePoint['at']): GlobePoint['at'] {
  const length = Math.hypot(...vector);
  if (length === 0) return otherwise;
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}
