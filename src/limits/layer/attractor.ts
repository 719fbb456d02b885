/**
 * What a layer's flow, or the layer repeated, tends to, as far as its end tells, by rules that are said with their
 * residuals. A rule speaks of the end alone: what has not happened by then is not known.
 */
import { distance, dot, largestOf, norm } from '../../numerics/vectors.ts';
import { flowAsFarAsItGoes, type Reached } from '../reached.ts';

/** Of the tokens, the largest of each. */
export interface Motion {
  /** |f| / |x|: of a flow per unit of time, of a repeated layer per repetition. */
  readonly speed: number;
  /** The sine of the angle between f and x: 0 where a token moves along its own direction. */
  readonly turning: number;
}

/**
 * `growing along rays`: lengths grow, by `GROWTH`, and tokens move along their own directions within the angle of a
 * cluster, by which e times as much time would turn them. `growing`: they turn by more. `fixed point`: no token moves.
 * `periodic`: the state comes back. `not decided`: none of these by the end, or it was given up before.
 */
export type AttractorKind =
  | 'fixed point'
  | 'periodic'
  | 'growing along rays'
  | 'growing'
  | 'not decided';

export interface Attractor {
  readonly kind: AttractorKind;
  /** At the end. */
  readonly motion: Motion;
  /** The median length at the end, in units of the longest that it had in the first half of the time. */
  readonly growth: number;
  /**
   * The closest return of the state behind the end: |x(t + period) − x(t)| in units of the farthest that it has been
   * in between; null where none was looked for, or there is none.
   */
  readonly returned: { readonly period: number; readonly residual: number } | null;
}

interface Course {
  readonly frames: readonly (Motion & {
    readonly time: number;
    readonly norms: { readonly median: number };
  })[];
  readonly reached: Reached;
  readonly settings: {
    readonly scheme: 'dopri5' | 'layer';
    readonly settled: number;
    readonly angle: number;
    readonly tolerance: number;
    readonly maximumSteps: number;
    readonly time: number;
  };
  readonly mover: {
    velocity(x: Float64Array): Float64Array;
    once(x: Float64Array): Float64Array;
  };
}

/** Lengths grow that are so many times the longest of the first half: of a straight growth twice. */
const GROWTH = 1.25;
/** Of a repeated layer: longer periods are not looked for. */
const LONGEST_PERIOD = 64;

export function attractorOf(course: Course): Attractor {
  const { frames, reached, settings } = course;
  const { settled, angle } = settings;
  const last = frames[frames.length - 1];
  const before = frames.filter(({ time }) => time <= last.time / 2);
  const growth = last.norms.median / largestOf(before.map(({ norms }) => norms.median));
  const told = (kind: AttractorKind, returned: Attractor['returned'] = null): Attractor => ({
    kind,
    motion: { speed: last.speed, turning: last.turning },
    growth,
    returned,
  });
  if (!reached.ended) return told('not decided');
  if (growth > GROWTH) return told(last.turning <= angle ? 'growing along rays' : 'growing');
  if (last.speed <= settled) return told('fixed point');
  const returned = settings.scheme === 'layer' ? returnOfMap(course) : returnOfFlow(course);
  return told(returned && returned.residual <= settled ? 'periodic' : 'not decided', returned);
}

type Return = NonNullable<Attractor['returned']>;

/** The first that counts as one, before its multiples; else the closest. */
const closer = (best: Return | null, next: Return, settled: number): Return =>
  best && (best.residual <= settled || best.residual <= next.residual) ? best : next;

/** The closest of the next repetitions. */
function returnOfMap({ reached: { state }, mover, settings }: Course): Return | null {
  let x = state;
  let away = 0;
  let best: Return | null = null;
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    x = mover.once(x);
    const apart = distance(x, state);
    away = Math.max(away, apart);
    best = closer(best, { period, residual: apart / away }, settings.settled);
  }
  return best;
}

/**
 * The flow goes on for as long again; where it crosses, in its own direction, the plane through the end that its
 * velocity there is normal to (Poincaré's section), it may have come back.
 */
function returnOfFlow({ reached: { state }, settings, mover }: Course): Return | null {
  const { tolerance, maximumSteps, settled, time: end } = settings;
  const normal = mover.velocity(state);
  const size = norm(normal);
  const section = {
    name: 'section',
    tolerance: 1e-9 * end,
    stop: false,
    value: (_: number, x: Float64Array) => (dot(x, normal) - dot(state, normal)) / size,
  };
  let away = 0;
  let best: Return | null = null;
  flowAsFarAsItGoes(
    { size: state.length, velocity: (_, x, out) => out.set(mover.velocity(x)) },
    state,
    { scheme: 'dopri5', tolerance, maximumSteps, end, times: [], events: [section] },
    ({ time, state: x, reason }) => {
      if (reason !== section.name || dot(mover.velocity(x), normal) <= 0) return;
      best = closer(best, { period: time, residual: distance(x, state) / away }, settled);
    },
    (x) => {
      away = Math.max(away, distance(x, state));
    },
  );
  return best;
}
