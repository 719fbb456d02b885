import { describe, expect, it } from 'vitest';
import { type AdaptiveSettings, dormandPrince } from '../src/integrators/dormand-prince.ts';

/** ẋ = −2 t x, x(0) = 1: x = e^{−t²}. */
const gaussian = { velocity: (t: number, x: Float64Array) => x.map((value) => -2 * t * value) };

const run = (settings: AdaptiveSettings, problem = gaussian) => [
  ...dormandPrince(problem, Float64Array.of(1), settings),
];

describe('Dormand–Prince', () => {
  it('meets its tolerance on a problem with a known answer, at every time asked for', () => {
    const frames = run({ times: [0, 0.5, 1, 2], tolerance: 1e-10 });
    const exact = [0, 0.5, 1, 2].map((t) => Math.exp(-t * t));
    expect(frames.map(({ state }) => state[0])).toBeAllClose(exact, { absolute: 1e-9 });
  });

  it('takes steps that shrink like tolerance^(1/5)', () => {
    const tolerances = [1e-6, 1e-8, 1e-10, 1e-12];
    const steps = tolerances.map((tolerance) => run({ times: [0, 3], tolerance }).at(-1)!.steps);
    const order = Math.log(1e6) / Math.log(steps[3] / steps[0]);
    expect(order).toBeGreaterThan(4);
    expect(order).toBeLessThan(6.5);
  });

  it('does not step across a breakpoint, so that a kink costs no accuracy', () => {
    const kinked = { velocity: (t: number, x: Float64Array) => x.map(() => Math.abs(t - 0.3)) };
    const [, end] = run({ times: [0, 1], tolerance: 1e-3, breakpoints: [0.3] }, kinked);
    expect([end.state[0]]).toBeAllClose([1 + (0.3 ** 2 + 0.7 ** 2) / 2], { absolute: 1e-14 });
  });

  it('retracts accepted states', () => {
    const spin = {
      velocity: (_: number, [x, y]: Float64Array) => Float64Array.of(-y, x),
      retract: (state: Float64Array) => state.map((value) => value / Math.hypot(...state)),
    };
    const frames = [
      ...dormandPrince(spin, Float64Array.of(1, 0), { times: [0, 1], tolerance: 1e-6 }),
    ];
    const [x, y] = frames[1].state;
    expect([x * x + y * y]).toBeAllClose([1], { absolute: 1e-15 });
    expect([x, y]).toBeAllClose([Math.cos(1), Math.sin(1)], { absolute: 1e-5 });
  });

  it('refuses times that do not increase and gives up at the step limit', () => {
    expect(() => run({ times: [0, 1, 1], tolerance: 1e-6 })).toThrow('1 is followed by 1');
    expect(() => run({ times: [0, 5], tolerance: 1e-12, maximumSteps: 10 })).toThrow(
      'loosen the tolerance',
    );
  });
});
