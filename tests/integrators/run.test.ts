/** The loop around the schemes: hooks, events, continuing, and every refusal. */
import { describe, expect, it, test } from 'vitest';
import { type FlowEvent, fastest } from '../../src/integrators/events.ts';
import {
  type Continuation,
  type Hooks,
  type IntegrationFrame,
  type IntegrationSettings,
  integrate,
} from '../../src/integrators/integrate.ts';
import type { FlowProblem } from '../../src/integrators/problem.ts';
import { schemes, takesNoise } from '../../src/integrators/schemes.ts';
import { wienerPath } from '../../src/integrators/wiener.ts';
import { DivergedError, InputError } from '../../src/numerics/errors.ts';
import {
  angleOf,
  exactAngle,
  gaussian,
  linear,
  ROTATION_START,
  rotated,
  rotation,
  someTokens,
  tokens,
  twoTokens,
  twoTokensStart,
} from './problems.ts';

const ONE = Float64Array.of(1);
const settingsOf = (changes: Partial<IntegrationSettings>): IntegrationSettings => ({
  scheme: 'dopri5',
  step: 0.125,
  end: 2,
  times: [],
  ...changes,
});

const run = (
  problem: FlowProblem,
  start: Float64Array | Continuation,
  changes: Partial<IntegrationSettings>,
  hooks?: Hooks,
) => [...integrate(problem, start, settingsOf(changes), hooks)];

/** What is left of an iterator that throws. */
function untilError(frames: Iterable<IntegrationFrame>): {
  frames: IntegrationFrame[];
  error: unknown;
} {
  const delivered: IntegrationFrame[] = [];
  try {
    for (const frame of frames) delivered.push(frame);
  } catch (error) {
    return { frames: delivered, error };
  }
  return { frames: delivered, error: null };
}

describe('events', () => {
  const upright = (stop: boolean, tolerance = 1e-9): FlowEvent => ({
    name: 'upright',
    value: (_, x) => x[0],
    tolerance,
    stop,
  });

  it.each([
    ['dopri5', 1e-8],
    ['rk4', 1e-6],
    ['euler', 0.05],
    ['heun', 0.01],
  ])('%s locates a quarter turn and stops there', (scheme, absolute) => {
    const changes = { scheme, step: 1 / 32, tolerance: 1e-11, times: [0, 1, 2] };
    const frames = run(rotation, ROTATION_START, { ...changes, events: [upright(true)] });
    expect(frames.map(({ reason }) => reason)).toEqual([null, null, 'upright']);
    const { time, state, saved } = frames[2];
    expect(Math.abs(time - Math.PI / 2)).toBeLessThan(absolute);
    expect(Math.abs(state[0])).toBeLessThan(absolute);
    expect(saved).toBe(false);
  });

  it('is behind the event by at most its tolerance', () => {
    for (const tolerance of [1e-2, 1e-4]) {
      const [{ time }] = run(rotation, ROTATION_START, {
        tolerance: 1e-12,
        events: [upright(true, tolerance)],
      });
      expect(time - Math.PI / 2).toBeGreaterThan(-1e-9);
      expect(time - Math.PI / 2).toBeLessThan(tolerance + 1e-9);
    }
  });

  it('goes on behind an event that does not stop, with the same steps', () => {
    const changes = { end: 10, times: [3, 10] };
    const frames = run(rotation, ROTATION_START, { ...changes, events: [upright(false)] });
    expect(frames.map(({ reason }) => reason)).toEqual([
      'upright',
      null,
      'upright',
      'upright',
      'end',
    ]);
    frames
      .filter(({ reason }) => reason === 'upright')
      .forEach(({ time }, k) => {
        expect(time).toBeCloseTo((k + 0.5) * Math.PI, 6);
      });
    const without = run(rotation, ROTATION_START, changes);
    expect(frames.at(-1)?.state).toEqual(without.at(-1)?.state);
  });

  it('finds a layer in which it happens, not a time within', () => {
    const changes = { scheme: 'layer', step: 0.25, events: [upright(true)] };
    const [{ time, steps }] = run(rotation, ROTATION_START, changes);
    expect([time, steps]).toEqual([1.75, 7]);
  });

  it('sees the time two tokens need', () => {
    const angle = exactAngle(1.5);
    const close = { name: 'close', tolerance: 1e-10, stop: true };
    const value = (_: number, x: Float64Array) => angleOf(x) - angle;
    const [{ time }] = run(twoTokens, twoTokensStart(), {
      tolerance: 1e-11,
      events: [{ ...close, value }],
    });
    expect(time).toBeCloseTo(1.5, 8);
  });
});

describe('the hook', () => {
  it('sees the start and every step, and the velocity there', () => {
    const seen: number[] = [];
    const frames = run(
      rotation,
      ROTATION_START,
      { scheme: 'layer', step: 0.25, end: 1 },
      {
        onStep({ time, state, velocity }) {
          seen.push(time);
          expect(velocity()).toBeAllClose([-state[1], state[0], 0], { absolute: 0 });
          return undefined;
        },
      },
    );
    expect(seen).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(frames.length).toBe(1);
  });

  it.each(schemes)('$name: the velocity it asks for changes nothing', ({ name }) => {
    const asked = { onStep: ({ velocity }: { velocity(): Float64Array }) => void velocity() };
    const changes = { scheme: name, times: [1, 2] };
    const states = (hooks: Hooks) =>
      run(tokens(4), someTokens(4), changes, hooks).map(({ state }) => state);
    expect(states(asked)).toEqual(states({}));
  });

  it('stops a run that has become stationary', () => {
    const frames = run(
      twoTokens,
      twoTokensStart(),
      { end: 1000 },
      {
        onStep: ({ velocity }) =>
          fastest(velocity(), 3) < 1e-6 ? { stop: 'stationary' } : undefined,
      },
    );
    const { time, state, reason } = frames[0];
    expect([frames.length, reason]).toEqual([1, 'stationary']);
    expect(time).toBeLessThan(30);
    // φ̇ = −2 sin φ / (1 + e^{β(1−cos φ)}), of which each token takes half.
    expect(angleOf(state)).toBeLessThan(2e-6);
  });

  it('asks for frames of its own', () => {
    let calls = 0;
    const frames = run(
      rotation,
      ROTATION_START,
      { scheme: 'euler', step: 0.5, times: [1] },
      {
        onStep: () => (calls++ % 2 === 0 ? { frame: 'even' } : undefined),
      },
    );
    expect(frames.map(({ time, saved, reason }) => [time, saved, reason])).toEqual([
      [0, false, 'even'],
      [1, true, 'even'],
      [2, false, 'even'],
    ]);
  });

  it.each(schemes)('$name: goes on with fewer particles after a merge', ({ name }) => {
    let merged = false;
    const frames = run(
      tokens(3),
      someTokens(3),
      { scheme: name, end: 4, times: [0, 2, 4] },
      {
        onStep({ time, state }) {
          if (merged || time < 1) return undefined;
          merged = true;
          return { problem: tokens(2), state: state.slice(0, 6), frame: 'merge' };
        },
      },
    );
    expect(frames.map(({ state }) => state.length)).toEqual([9, 6, 6, 6]);
    expect(frames[1].reason).toBe('merge');
    expect(frames.at(-1)?.time).toBe(4);
  });
});

describe('a step that is cut', () => {
  it.each(['euler', 'heun', 'rk4', 'dopri5'])('%s: ends there, and the run goes on', (scheme) => {
    const seen: number[] = [];
    const met: number[] = [];
    const frames = run(
      rotation,
      ROTATION_START,
      { scheme, step: 0.5, times: [0.6, 0.8, 2], end: 2, tolerance: 1e-6 },
      {
        withinStep({ timeAt, at, next }) {
          if (seen.length > 0 || timeAt(1) < 0.75) return 1;
          const theta = (0.75 - timeAt(0)) / (timeAt(1) - timeAt(0));
          at?.(theta, next.slice());
          seen.push(timeAt(theta));
          return theta;
        },
        onStep: ({ time }) => {
          met.push(time);
          return undefined;
        },
      },
    );
    expect(seen[0]).toBeCloseTo(0.75, 12);
    expect(met).toContain(seen[0]);
    expect(met).toEqual(met.toSorted((a, b) => a - b));
    expect(frames.map(({ time }) => time)).toEqual([0.6, 0.8, 2]);
    const plain = run(rotation, ROTATION_START, {
      scheme,
      step: 0.5,
      times: [2],
      end: 2,
      tolerance: 1e-6,
    });
    const tolerance = { euler: 0.2, heun: 0.05, rk4: 2e-3, dopri5: 1e-4 }[scheme];
    expect(frames[2].state).toBeAllClose(plain[0].state, { absolute: tolerance });
  });

  it('has no inside for layers, and with noise', () => {
    const inside: boolean[] = [];
    const withinStep = ({ at }: { at: unknown }) => {
      inside.push(at !== null);
      return 1;
    };
    const noisy = { ...tokens(2), noise: { size: 2, width: 1, move: () => {} } };
    for (const [problem, scheme] of [
      [tokens(2), 'layer'],
      [noisy, 'heun'],
      [tokens(2), 'heun'],
    ] as const)
      run(problem, someTokens(2), { scheme, step: 1, end: 1 }, { withinStep });
    expect(inside).toEqual([false, false, true]);
  });
});

/** Through JSON and back, as a recording keeps it. */
const kept = (frame: IntegrationFrame): Continuation => {
  const continuation = frame.continuation();
  return JSON.parse(JSON.stringify({ ...continuation, state: Array.from(continuation.state) }));
};

const plain = ({ time, state, saved, reason, steps, rejected }: IntegrationFrame) => ({
  time,
  state,
  saved,
  reason,
  steps,
  rejected,
});

describe('continuing', () => {
  const events = [
    {
      name: 'half',
      value: (_: number, x: Float64Array) => x[0] - 0.5,
      tolerance: 1e-6,
      stop: false,
    },
  ];
  const withNoise: FlowProblem = {
    ...tokens(4),
    noise: {
      size: tokens(4).size,
      width: 3,
      move: (state, increments) => {
        for (const [i, value] of increments.entries()) state[i] += 0.1 * value;
      },
    },
  };

  it.each([...schemes.map(({ name }) => name), 'noise'])(
    '%s: from every frame the same frames follow, bit for bit',
    (name) => {
      const problem = { ...(name === 'noise' ? withNoise : tokens(4)), breakpoints: [0.7] };
      const settings = settingsOf({
        scheme: name === 'noise' ? 'heun' : name,
        path: wienerPath(5, 0.125, 3),
        tolerance: 1e-6,
        end: 3,
        times: name === 'layer' ? [0, 0.5, 1.25, 3] : [0, 0.01, 0.02, 0.5, 1.3, 2.9, 3],
        events,
      });
      const whole: IntegrationFrame[] = [];
      const places: Continuation[] = [];
      for (const frame of integrate(problem, someTokens(4), settings)) {
        whole.push(frame);
        places.push(kept(frame));
      }
      places.forEach((place, k) => {
        const rest = [...integrate(problem, place, settings)];
        expect(rest.map(plain)).toEqual(whole.slice(k + 1).map(plain));
      });
    },
  );

  it.each(schemes)('$name: a run to a later end goes on as if it had been meant', ({ name }) => {
    const times = [1, 2, 3];
    const whole = run(tokens(4), someTokens(4), { scheme: name, end: 3, times });
    const first = run(tokens(4), someTokens(4), { scheme: name, end: 2, times: [1, 2] });
    const rest = run(tokens(4), first[1].continuation(), { scheme: name, end: 3, times });
    expect(rest.map(plain)).toEqual(whole.slice(2).map(plain));
  });

  it.each(schemes.filter(({ adaptive }) => adaptive))(
    '$name: also where the step that the first end cut was rejected',
    ({ name }) => {
      const bumpy: FlowProblem = {
        size: 1,
        velocity: (time, x, out) => {
          out[0] = 1 / ((time - 1) ** 2 + 1e-4) - 100 * x[0];
        },
      };
      const settings = { scheme: name, tolerance: 1e-6, step: undefined };
      const [, last] = run(bumpy, ONE, { ...settings, end: 2, times: [0, 2] });
      for (let end = 0.9; end < 1.1; end += 0.001) {
        const first = run(bumpy, ONE, { ...settings, end, times: [end] });
        const from = first[0].continuation();
        expect(run(bumpy, from, { ...settings, end: 2, times: [2] }).map(plain)).toEqual([
          plain(last),
        ]);
      }
    },
  );

  it('noise: also where the first end lies within a step', () => {
    const settings = { scheme: 'heun', step: 0.25, path: wienerPath(5, 0.25, 3) };
    const [, last] = run(withNoise, someTokens(4), { ...settings, end: 2, times: [0, 2] });
    for (const end of [0.1, 0.5, 0.6, 1.99]) {
      const [first] = run(withNoise, someTokens(4), { ...settings, end, times: [end] });
      const rest = run(withNoise, first.continuation(), { ...settings, end: 2, times: [2] });
      expect(rest.map(plain)).toEqual([plain(last)]);
    }
  });
});

describe('blow-up', () => {
  /** ẋ = x²: x = 1 / (1 − t). */
  const explosive: FlowProblem = {
    size: 1,
    velocity: (_, x, out) => {
      out[0] = x[0] ** 2;
    },
  };

  it.each(['layer', 'euler', 'rk4', 'heun'])('%s stops at the first value not finite', (scheme) => {
    const changes = { scheme, step: 0.25, end: 20, times: [0, 1, 20] };
    const { frames, error } = untilError(integrate(explosive, ONE, settingsOf(changes)));
    expect(frames.map(({ time }) => time)).toEqual([0, 1]);
    expect(error).toBeInstanceOf(DivergedError);
    if (!(error instanceof DivergedError)) return;
    expect(error.message).toMatch(
      /^after time .* \(step \d+\) .* not finite: take a step below 0.25/,
    );
    expect(error.time).toBe(error.step * 0.25);
    expect(error.time).toBeLessThan(5);
  });

  it('dopri5 stops where its steps become too small, close to the singularity', () => {
    const changes = { end: 2, times: [0, 0.9] };
    const { frames, error } = untilError(integrate(explosive, ONE, settingsOf(changes)));
    expect(frames.map(({ reason }) => reason)).toEqual([null, null, 'given up']);
    expect(frames[2].state[0]).toBeGreaterThan(1e6);
    expect(error).toMatchObject({ field: 'tolerance' });
    expect(String(error)).toMatch(/at time (0.99999|1.00000).* steps became too small/);
  });

  it('dopri5 gives up where it chatters, and keeps where it came to', () => {
    // x reaches 0 at t = 1 and slides there, while y goes on.
    const jumping: FlowProblem = {
      size: 2,
      velocity: (_, x, out) => out.set([-Math.sign(x[0]), 1]),
    };
    const start = Float64Array.of(1, 0);
    const changes = { end: 3, times: [0, 0.5], step: undefined, tolerance: 1e-9 };
    const { frames, error } = untilError(integrate(jumping, start, settingsOf(changes)));
    expect(frames.map(({ reason }) => reason)).toEqual([null, null, 'given up']);
    const { time, state, steps, rejected } = frames[2];
    expect(time).toBeCloseTo(1, 2);
    expect([...state]).toBeAllClose([0, time], { absolute: 1e-6 });
    expect(steps + rejected).toBeLessThan(40_000);
    expect(error).toMatchObject({ name: 'InputError', field: 'tolerance' });
    expect(String(error)).toMatch(
      /at time 1.* steps have collapsed: 10000 tries came .* farther.*: loosen the tolerance 1e-9, choose a scheme with a fixed step/,
    );
  });

  it('a run that is only long, or stiff throughout, is not given up', () => {
    const stiff: FlowProblem = {
      size: 1,
      velocity: (t, x, out) => {
        out[0] = -1e4 * (x[0] - Math.cos(t));
      },
    };
    const frames = run(stiff, ONE, { end: 20, tolerance: 1e-6, step: undefined });
    expect(frames.at(-1)?.time).toBe(20);
    expect(frames.at(-1)?.steps).toBeGreaterThan(20_000);
  });

  it('a field without values is not mistaken for a hard one', () => {
    const broken = {
      ...explosive,
      velocity: (_: number, __: unknown, out: Float64Array) => void out.fill(Number.NaN),
    };
    for (const scheme of ['dopri5', 'rk4'])
      expect(() => run(broken, ONE, { scheme })).toThrow(DivergedError);
  });
});

test.each<[string, Partial<IntegrationSettings>, string, RegExp]>([
  ['an unknown scheme', { scheme: 'rk5' }, 'scheme', /unknown scheme "rk5": did you mean "rk4"/],
  ['no step', { scheme: 'rk4', step: undefined }, 'step', /step is missing: expected a number/],
  ['step 0', { scheme: 'rk4', step: 0 }, 'step', /step is 0: expected a number from 1e-12/],
  ['step NaN', { scheme: 'rk4', step: Number.NaN }, 'step', /step is NaN/],
  ['time −1', { end: -1 }, 'time', /time is -1: expected a number from/],
  ['time Infinity', { end: Number.POSITIVE_INFINITY }, 'time', /time is Infinity/],
  ['tolerance 0', { tolerance: 0 }, 'tolerance', /tolerance is 0: expected/],
  ['a save time outside', { times: [3] }, 'saveAt', /3 lies outside of the run/],
  ['save times that fall', { times: [1, 0] }, 'saveAt', /must rise/],
  [
    'layers that do not divide the time',
    { scheme: 'layer', step: 0.3, end: 1 },
    'step',
    /step 0.3 does not divide the time 1.*expected 0.3333333333333333 \(3 layers\) or 0.25 \(4 layers\)/,
  ],
  [
    'a layer longer than the run',
    { scheme: 'layer', step: 3, end: 1 },
    'step',
    /expected 1 \(1 layer\)/,
  ],
  [
    'a save time within a layer',
    { scheme: 'layer', step: 0.1, end: 1, times: [0.25] },
    'saveAt',
    /save time 0.25 lies within a layer of step 0.1: the nearest times between layers are 0.2 and 0.3/,
  ],
  [
    'too few steps',
    { maximumSteps: 3 },
    'maximumSteps',
    /stopped at time .* at most 3: loosen the tolerance 1e-8/,
  ],
  [
    'too few steps, naming the tolerance that was asked for',
    { maximumSteps: 3, tolerance: 1e-7, toleranceShare: 0.1 },
    'maximumSteps',
    /loosen the tolerance 1e-7,/,
  ],
  [
    'too few fixed steps',
    { scheme: 'rk4', maximumSteps: 3 },
    'maximumSteps',
    /stopped at time 0.375 after 3 steps.*take a larger step/,
  ],
])('refuses %s', (_, changes, field, message) => {
  const attempt = () => run(gaussian, ONE, { tolerance: 1e-8, ...changes });
  expect(attempt).toThrow(message);
  expect(attempt).toThrow(InputError);
  expect(attempt).toThrow(expect.objectContaining({ field }));
});

test('refuses settings when called, not at the first frame', () => {
  expect(() => integrate(gaussian, ONE, settingsOf({ scheme: 'rk5' }))).toThrow(InputError);
  expect(() => integrate(gaussian, Float64Array.of(1, 2), settingsOf({}))).toThrow(
    'the start has 2 numbers: expected 1',
  );
});

test('refuses noise in schemes that know none', () => {
  const noisy = { ...linear(1), noise: { size: 1, width: 1, move: () => {} } };
  for (const scheme of schemes)
    if (takesNoise(scheme)) expect(run(noisy, ONE, { scheme: scheme.name })).toHaveLength(1);
    else
      expect(() => run(noisy, ONE, { scheme: scheme.name })).toThrow(/knows no noise.*choose heun/);
});

test('a frame is a copy, and the last one says where the run ended', () => {
  const frames = run(rotation, ROTATION_START, { times: [0, 1], end: 2 });
  expect(frames.map(({ time, saved, reason }) => [time, saved, reason])).toEqual([
    [0, true, null],
    [1, true, null],
    [2, false, 'end'],
  ]);
  for (const { time, state } of frames)
    expect(state).toBeAllClose(rotated(time), { absolute: 1e-6 });
});
