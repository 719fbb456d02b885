/** Orders of convergence, measured; exactness where the answer is known; staying on the manifold. */
import { describe, expect, it, test } from 'vitest';
import { DORMAND_PRINCE } from '../../src/integrators/dormand-prince.ts';
import { DORMAND_PRINCE_8 } from '../../src/integrators/dormand-prince-8.ts';
import { type IntegrationSettings, integrate } from '../../src/integrators/integrate.ts';
import type { FlowProblem } from '../../src/integrators/problem.ts';
import { rungeKutta } from '../../src/integrators/runge-kutta.ts';
import { schemes } from '../../src/integrators/schemes.ts';
import {
  angleOf,
  exactAngle,
  gaussian,
  linear,
  logSlope,
  offSphere,
  ROTATION_START,
  rotated,
  rotation,
  someTokens,
  tokens,
  twoTokens,
  twoTokensStart,
} from './problems.ts';

type Settings = Partial<IntegrationSettings> & { scheme: string; end: number };

const run = (problem: FlowProblem, start: Float64Array, settings: Settings) => [
  ...integrate(problem, start, { times: [settings.end], ...settings }),
];
const endOf = (...given: Parameters<typeof run>) => run(...given).at(-1)!;
const distance = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  Math.hypot(...Array.from(x, (value, i) => value - y[i]));

const angleError = (settings: Settings) =>
  Math.abs(angleOf(endOf(twoTokens, twoTokensStart(), settings).state) - exactAngle(settings.end));

it.each(schemes.map((scheme): [string, number] => [scheme.name, scheme.stages]))(
  '%s takes %i velocities a step',
  (scheme, stages) => {
    let asked = 0;
    const { velocity, ambient = velocity } = twoTokens;
    const problem: FlowProblem = {
      ...twoTokens,
      velocity(...at) {
        asked++;
        velocity(...at);
      },
      ambient(...at) {
        asked++;
        ambient(...at);
      },
    };
    const count = (end: number) => {
      asked = 0;
      const last = endOf(problem, twoTokensStart(), {
        scheme,
        step: 0.01,
        end,
        tolerance: 1e-6,
      });
      // what is tried again goes on from the slope that is known, unless it was all for the slope at the end
      const again = scheme === 'dop853' ? stages - 1 : stages;
      return asked - stages * last.steps - again * last.rejected;
    };
    expect(count(4)).toBe(count(1));
  },
);

describe('fixed steps', () => {
  it.each([
    ['layer', [16, 32, 64, 128, 256], 1],
    ['euler', [16, 32, 64, 128, 256], 1],
    ['heun', [16, 32, 64, 128], 2],
  ])('%s on two tokens has its order', (scheme, counts, order) => {
    const errors = counts.map((count) => angleError({ scheme, end: 2, step: 2 / count }));
    expect(Math.abs(logSlope(counts, errors) + order)).toBeLessThan(0.1);
  });

  it('rk4 on two tokens has an order of at least 4 (on a great circle: 5)', () => {
    const counts = [8, 16, 32];
    const errors = counts.map((count) => angleError({ scheme: 'rk4', end: 2, step: 2 / count }));
    expect(logSlope(counts, errors)).toBeLessThan(-3.9);
  });

  it('rk4 on five tokens has order 4', () => {
    const start = someTokens(5);
    const exact = endOf(tokens(5), start, { scheme: 'dopri5', end: 2, tolerance: 1e-14 }).state;
    const counts = [8, 16, 32, 64];
    const errors = counts.map((count) => {
      const { state } = endOf(tokens(5), start, { scheme: 'rk4', end: 2, step: 2 / count });
      return distance(state, exact);
    });
    expect(Math.abs(logSlope(counts, errors) + 4)).toBeLessThan(0.15);
  });

  it('rk4 on a rotation has order 4', () => {
    const counts = [8, 16, 32, 64];
    const errors = counts.map((count) => {
      const { state } = endOf(rotation, ROTATION_START, { scheme: 'rk4', end: 2, step: 2 / count });
      return distance(state, rotated(2));
    });
    expect(Math.abs(logSlope(counts, errors) + 4)).toBeLessThan(0.1);
  });

  it('Dormand–Prince with fixed steps has order 5, and dense output at least 4', () => {
    const counts = [8, 16, 32, 64];
    const errors = counts.map((count) => dormandPrinceErrors(2 / count, 2));
    expect(
      logSlope(
        counts,
        errors.map(({ end }) => end),
      ),
    ).toBeLessThan(-4.8);
    expect(
      logSlope(
        counts,
        errors.map(({ end }) => end),
      ),
    ).toBeGreaterThan(-5.4);
    expect(
      logSlope(
        counts,
        errors.map(({ dense }) => dense),
      ),
    ).toBeLessThan(-3.9);
  });

  it('layers of ẋ = ax give (1 + a/L)^L', () => {
    for (const scheme of ['layer', 'euler']) {
      const { state, steps } = endOf(linear(0.7), Float64Array.of(1), {
        scheme,
        end: 1,
        step: 1 / 10,
      });
      expect(state).toBeAllClose([1.07 ** 10], { relative: 1e-15 });
      expect(steps).toBe(10);
    }
  });

  it('layer and projected Euler differ by O(h²) a step', () => {
    const steps = [0.1, 0.05, 0.025];
    const differences = steps.map((step) => {
      const end = (scheme: string) =>
        endOf(twoTokens, twoTokensStart(), { scheme, end: step, step }).state;
      return distance(end('layer'), end('euler'));
    });
    expect(logSlope(steps, differences)).toBeCloseTo(2, 1);
  });
});

/** Errors on the rotation at the end, and the largest within steps. */
function dormandPrinceErrors(h: number, end: number) {
  const stepper = rungeKutta(rotation, Float64Array.from(ROTATION_START), DORMAND_PRINCE);
  const inside = new Float64Array(3);
  let dense = 0;
  for (let k = 0; k < Math.round(end / h); k++) {
    const time = k * h;
    stepper.attempt({ time, h, end: time + h, smooth: true, index: k });
    for (const theta of [0.25, 0.5, 0.75]) {
      stepper.interpolate?.(theta, inside);
      dense = Math.max(dense, distance(inside, rotated(time + theta * h)));
    }
    stepper.accept();
  }
  return { end: distance(stepper.state, rotated(end)), dense };
}

describe('dopri5', () => {
  const tolerances = [1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];

  it('has errors in proportion to its tolerance', () => {
    const errors = tolerances.map((tolerance) =>
      angleError({ scheme: 'dopri5', end: 3, tolerance }),
    );
    expect(logSlope(tolerances, errors)).toBeGreaterThan(0.8);
    expect(logSlope(tolerances, errors)).toBeLessThan(1.25);
    errors.forEach((error, i) => {
      expect(error).toBeLessThan(20 * tolerances[i]);
    });
  });

  it('takes steps that shrink like tolerance^(1/5)', () => {
    const steps = tolerances.map(
      (tolerance) =>
        endOf(rotation, ROTATION_START, { scheme: 'dopri5', end: 50, tolerance }).steps,
    );
    expect(Math.abs(logSlope(tolerances, steps) + 1 / 5)).toBeLessThan(0.03);
  });

  it('meets its tolerance at save times, which cost no steps', () => {
    const settings = { scheme: 'dopri5', end: 2, tolerance: 1e-10 };
    const times = [0, 0.01, 0.5, 1, 1.999, 2];
    const frames = run(gaussian, Float64Array.of(1), { ...settings, times });
    expect(frames.map(({ time }) => time)).toEqual(times);
    const exact = times.map((t) => Math.exp(-t * t));
    expect(frames.map(({ state }) => state[0])).toBeAllClose(exact, { absolute: 2e-9 });
    expect(frames.at(-1)?.steps).toBe(endOf(gaussian, Float64Array.of(1), settings).steps);
  });

  it('lets a growing state err in proportion to its size', () => {
    const { state } = endOf(linear(1), Float64Array.of(1), {
      scheme: 'dopri5',
      end: 40,
      tolerance: 1e-10,
    });
    expect(state).toBeAllClose([Math.exp(40)], { relative: 1e-7 });
  });

  it('asks the field six times a step: the last slope is the next first one', () => {
    let calls = 0;
    const counted: FlowProblem = {
      ...rotation,
      velocity: (t, x, out) => {
        calls++;
        rotation.velocity(t, x, out);
      },
    };
    const { steps, rejected } = endOf(counted, ROTATION_START, {
      scheme: 'dopri5',
      end: 20,
      tolerance: 1e-9,
    });
    expect(calls).toBe(6 * (steps + rejected) + 1);
  });
});

describe('dop853', () => {
  const settings = { scheme: 'dop853', end: 3 };
  // the steps themselves: forced, with a tolerance that none of them misses
  const fixed = (count: number, theta = 1) => {
    const stepper = rungeKutta(gaussian, Float64Array.of(1), DORMAND_PRINCE_8);
    const h = 2 / count;
    for (let index = 0; index < count; index++) {
      stepper.attempt({ time: index * h, h, end: (index + 1) * h, smooth: true, index });
      if (index < count - 1) stepper.accept();
    }
    const out = new Float64Array(1);
    stepper.interpolate?.(theta, out);
    return Math.abs(out[0] - Math.exp(-((2 - (1 - theta) * h) ** 2)));
  };

  it('has order 8, and within a step order 7', () => {
    const counts = [8, 12, 16, 24];
    const ends = counts.map((count) => fixed(count));
    expect(Math.abs(logSlope(counts, ends) + 8)).toBeLessThan(0.3);
    const inside = counts.map((count) =>
      Math.max(...[0.2, 0.5, 0.8].map((at) => fixed(count, at))),
    );
    expect(logSlope(counts, inside)).toBeLessThan(-7.5);
    expect(inside[3]).toBeLessThan(1e-12);
  });

  it('keeps its error below its tolerance, by half the velocities of dopri5 at 1e-12', () => {
    const tolerances = [1e-7, 1e-9, 1e-11, 1e-12];
    for (const tolerance of tolerances)
      expect(angleError({ ...settings, tolerance })).toBeLessThan(20 * tolerance);
    const stepsOf = (scheme: string) =>
      endOf(rotation, ROTATION_START, { scheme, end: 50, tolerance: 1e-12 }).steps;
    expect(12 * stepsOf('dop853')).toBeLessThan(0.5 * 6 * stepsOf('dopri5'));
  });

  it('meets its tolerance at save times, which cost no steps', () => {
    const times = [0, 0.01, 0.5, 1, 1.999, 2];
    const given = { scheme: 'dop853', end: 2, tolerance: 1e-10 };
    const frames = run(gaussian, Float64Array.of(1), { ...given, times });
    const exact = times.map((t) => Math.exp(-t * t));
    expect(frames.map(({ state }) => state[0])).toBeAllClose(exact, { absolute: 2e-9 });
    expect(frames.at(-1)?.steps).toBe(endOf(gaussian, Float64Array.of(1), given).steps);
  });
});

describe('breakpoints', () => {
  const kinked: FlowProblem = {
    size: 1,
    velocity: (t, _, out) => {
      out[0] = Math.abs(t - 0.3);
    },
    breakpoints: [0.3],
  };
  const jumping: FlowProblem = {
    size: 1,
    velocity: (t, x, out) => {
      out[0] = t < 0.3 ? x[0] : -2 * x[0];
    },
    breakpoints: [0.3],
  };

  it.each(['rk4', 'dopri5', 'dop853', 'heun'])('%s: a kink costs no accuracy', (scheme) => {
    const settings = { scheme, end: 1, step: 0.25, tolerance: 1e-3 };
    const { state } = endOf(kinked, Float64Array.of(1), settings);
    expect(state).toBeAllClose([1 + (0.3 ** 2 + 0.7 ** 2) / 2], { absolute: 1e-14 });
  });

  it.each([
    ['rk4', 2e-9],
    ['dopri5', 1e-9],
    ['dop853', 1e-9],
  ])('%s: neither does a jump, also where both limits differ', (scheme, absolute) => {
    const settings = { scheme, end: 1, step: 0.01, tolerance: 1e-10 };
    const { state } = endOf(jumping, Float64Array.of(1), settings);
    expect(state).toBeAllClose([Math.exp(0.3 - 1.4)], { absolute });
  });

  it('layers read the middle of their time, and so the right side of a jump between them', () => {
    const { state } = endOf(jumping, Float64Array.of(1), { scheme: 'layer', end: 0.6, step: 0.3 });
    expect(state).toBeAllClose([1.3 * (1 - 0.6)], { relative: 1e-15 });
  });
});

test.each(schemes)('$name stays on the sphere to round-off, also between steps', ({ name }) => {
  const times = Array.from({ length: 41 }, (_, k) => k / 4);
  const frames = run(twoTokens, twoTokensStart(), { scheme: name, end: 10, step: 0.125, times });
  expect(frames.length).toBe(41);
  for (const { state } of frames)
    expect(offSphere(state, 3)).toBeLessThanOrEqual(2 * Number.EPSILON);
});

test('fixed steps are cut at save times, and the grid goes on behind them', () => {
  const settings = { scheme: 'rk4', end: 1, step: 0.25, times: [0.1, 0.3, 0.5, 1] };
  const frames = run(rotation, ROTATION_START, settings);
  expect(frames.map(({ time, steps }) => [time, steps])).toEqual([
    [0.1, 1],
    [0.3, 3],
    [0.5, 4],
    [1, 6],
  ]);
  for (const { time, state } of frames)
    expect(state).toBeAllClose(rotated(time), { absolute: 1e-4 });
});

test('save times on the grid up to rounding neither cut a step nor add one', () => {
  const times = Array.from({ length: 101 }, (_, k) => (10 * k) / 100);
  const frames = run(rotation, ROTATION_START, { scheme: 'rk4', end: 10, step: 0.1, times });
  expect(frames.map(({ time }) => time)).toEqual(times);
  expect(frames.map(({ steps }) => steps)).toEqual(Array.from(times.keys()));
  expect(new Set(frames.slice(1).map(({ step }) => step))).toEqual(new Set([0.1]));
});
