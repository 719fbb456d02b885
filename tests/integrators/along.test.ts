import { expect, test } from 'vitest';
import { flowAlong, integrateKeeping } from '../../src/integrators/along.ts';
import { integrate } from '../../src/integrators/integrate.ts';

/** A pendulum whose gravity has a kink at t = 2: rejected steps, and a breakpoint. */
const gravity = (time: number) => 1 + 40 * Math.max(0, time - 2);
const pendulum = {
  size: 2,
  breakpoints: [2],
  velocity(time: number, [angle, speed]: Float64Array, out: Float64Array) {
    out[0] = speed;
    out[1] = -gravity(time) * Math.sin(angle);
    return { time, angle };
  },
};
/** ẏ = sin(angle) − y: hears the pendulum. */
const heard = (angle: number, y: number) => Math.sin(angle) - y;
const start = Float64Array.of(1.5, 0);
const settings = { end: 5, times: [0.3, 4.9], step: 1, tolerance: 1e-7 };

test('a flow along the steps of another is as if both had flowed together', () => {
  const { frames, taken } = integrateKeeping(pendulum, start, settings);
  const kept = [...frames];
  const problem = {
    ...pendulum,
    velocity: (...at: Parameters<typeof pendulum.velocity>) => void pendulum.velocity(...at),
  };
  const alone = [...integrate(problem, start, { ...settings, scheme: 'dopri5' })];
  expect(kept.map(({ state }) => state)).toEqual(alone.map(({ state }) => state));
  expect(kept[kept.length - 1].rejected).toBeGreaterThan(0);
  expect(taken.spans).toHaveLength(kept[kept.length - 1].steps);
  // six evaluations a step, and one where a piece begins
  expect(taken.left).toHaveLength(6 * taken.spans.length + 2);

  const own = {
    size: 1,
    velocity(
      time: number,
      [y]: Float64Array,
      out: Float64Array,
      left: { time: number; angle: number },
    ) {
      expect(left.time).toBeCloseTo(time, 14);
      out[0] = heard(left.angle, y);
    },
  };
  const { end, error } = flowAlong(taken, own, Float64Array.of(0.5));
  const joint = {
    size: 3,
    breakpoints: [2],
    velocity(time: number, x: Float64Array, out: Float64Array) {
      pendulum.velocity(time, x, out);
      out[2] = heard(x[0], x[2]);
    },
  };
  const exact = [
    ...integrate(joint, Float64Array.of(...start, 0.5), {
      ...settings,
      scheme: 'dop853',
      tolerance: 1e-13,
    }),
  ];
  expect(Math.abs(end[0] - exact[exact.length - 1].state[2])).toBeLessThan(1e-6);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(1e-6);
});

test('a value that is not finite is an error without bound', () => {
  const { frames, taken } = integrateKeeping(pendulum, start, settings);
  for (const _ of frames);
  const lost = {
    size: 1,
    velocity(_: number, __: Float64Array, out: Float64Array) {
      out[0] = Number.NaN;
    },
  };
  expect(flowAlong(taken, lost, Float64Array.of(1)).error).toBe(Number.POSITIVE_INFINITY);
});
