/** Hardmax as a flow: where scores tie it slides, by weights worked out by hand, and softmax comes to it. */
import { describe, expect, it } from 'vitest';
import { defineDynamics } from '../../src/dynamics/define.ts';
import { equilibria, type Payoff } from '../../src/dynamics/sliding.ts';
import { simulate } from '../../src/flow/simulation.ts';
import type { SimulationOptions } from '../../src/flow/simulation-settings.ts';
import { type Matrix, matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';

const run = (options: SimulationOptions) =>
  simulate({ scheme: 'dopri5', diagnostics: [], ...options });

function farthest(a: Matrix, b: Matrix): number {
  let largest = 0;
  for (let i = 0; i < a.rows; i++)
    largest = Math.max(largest, Math.hypot(...row(a, i).map((x, k) => x - row(b, i)[k])));
  return largest;
}

const last = <T>(values: readonly T[]): T => values[values.length - 1];

describe('between two leaders', () => {
  /** Columns of d entries beside each other, as a head of its own each. */
  const beside = (...blocks: number[][][]) => {
    const d = blocks[0].length;
    const out = matrix(d, d * blocks.length);
    blocks.forEach((block, h) => {
      block.forEach((own, a) => {
        own.forEach((value, b) => {
          out.data[a * d * blocks.length + h * d + b] = value;
        });
      });
    });
    return out;
  };
  const diagonal = (value: number) =>
    [0, 1, 2].map((a) => [0, 1, 2].map((b) => (a === b ? value : 0)));
  const [pull, omega] = [0.8, 1.3];

  /**
   * Head 1 listens to what is farthest and is drawn to it; head 2 to the token itself, and passes on
   * B x = (w x_2, −ω x_3, ω x_2). So ±e_1 rest, and a third token comes to x_1 = 0, where both tie, and slides there:
   * with the weights ½ ∓ w x_2/2c, of e_1 the first, the drift w x_2 is cancelled, and it turns at the rate ω. Where
   * |w x_2| > c no weights do.
   */
  const between = (drift: number) =>
    defineDynamics({
      name: 'between',
      space: 'sphere',
      dimension: 3,
      interaction: () => ({
        coupling: 'hardmax',
        causal: false,
        beta: [1, 1],
        weights: {
          query: beside(diagonal(-1), diagonal(1)),
          key: beside(diagonal(1), diagonal(1)),
          value: beside(diagonal(pull), [
            [0, 0, 0],
            [drift, 0, omega],
            [0, -omega, 0],
          ]),
          output: matrix(
            6,
            3,
            Float64Array.from({ length: 18 }, (_, k) => Number(k % 3 === Math.floor(k / 3) % 3)),
          ),
        },
      }),
    });

  it.each([1e-6, 1e-8, 1e-10])('the weights keep the tie, at tolerance %d', async (tolerance) => {
    const [x1, angle] = [0.6, 0.4];
    const rest = Math.sqrt(1 - x1 * x1);
    const init = [
      [1, 0, 0],
      [-1, 0, 0],
      [x1, rest * Math.cos(angle), rest * Math.sin(angle)],
    ];
    const saveAt = [0.5, 3, 5, 10];
    const found = await run({
      dynamics: between(0.5),
      init,
      time: 10,
      tolerance,
      saveAt,
    });
    for (const { time, positions } of found.frames) {
      const [a, b, c] = row(positions, 2);
      // The turn is exact from the start on, whatever x_1 does.
      const turned = Math.atan2(c, b) - angle - omega * time;
      expect(Math.abs(Math.sin(turned))).toBeLessThan(30 * tolerance);
      if (time > 2) expect(Math.abs(a)).toBeLessThan(100 * tolerance);
      else expect(a).toBeGreaterThan(0.01);
      expect(
        farthest(positions, matrix(3, 3, Float64Array.from([...init[0], ...init[1], a, b, c]))),
      ).toBe(0);
    }
    expect(found.steps + found.rejected).toBeLessThan(2000);
  });

  it('leaves where the drift is stronger than the leaders', async () => {
    const drift = 1.2;
    const leaves = Math.asin(pull / drift) / omega;
    const init = [
      [1, 0, 0],
      [-1, 0, 0],
      [0, 0, 1],
    ];
    const saveAt = [0.9 * leaves, leaves, leaves + 0.1];
    const options = { dynamics: between(drift), init, time: 2, saveAt };
    const { frames } = await run(options);
    const [before, at, after] = frames.map(({ positions }) => row(positions, 2)[0]);
    expect(Math.abs(before)).toBeLessThan(1e-7);
    expect(Math.abs(at)).toBeLessThan(1e-6);
    // ẍ_1 = d/dt (w x_2 + c) = −w ω cos(ω t) there.
    const bend = -drift * omega * Math.cos(omega * leaves);
    expect(Math.abs(after / (0.5 * bend * 0.1 ** 2) - 1)).toBeLessThan(0.2);
  });
});

describe('weights of a game', () => {
  const game = (payoff: readonly (readonly number[])[]): Payoff[] =>
    payoff.map((of) => ({ constant: 0, of: [of] }));

  it.each<[string, number[][], number[]]>([
    [
      'the first leads whoever is followed',
      [
        [2, 3],
        [1, 1],
      ],
      [1, 0],
    ],
    [
      'the second does',
      [
        [2, 3],
        [3, 4],
      ],
      [0, 1],
    ],
    [
      'each makes the other lead: D(0)/(D(0) − D(1))',
      [
        [0, 3],
        [1, 0],
      ],
      [0.75, 0.25],
    ],
    [
      'three, of which one is left out',
      [
        [0, 3, 9],
        [1, 0, 9],
        [-1, -1, 0],
      ],
      [0.75, 0.25, 0],
    ],
    [
      'three in a circle',
      [
        [0, 1, 2],
        [2, 0, 1],
        [1, 2, 0],
      ],
      [1 / 3, 1 / 3, 1 / 3],
    ],
  ])('%s', (_, payoff, right) => {
    expect([...equilibria([game(payoff)])[0]]).toBeAllClose(right, { absolute: 1e-12 });
  });

  it('of several at once: nobody who is listened to could be left for a better one', () => {
    const { gaussian } = random(5);
    for (let trial = 0; trial < 50; trial++) {
      const sizes = [2, 3, 2, 4];
      const games = sizes.map((m) =>
        Array.from({ length: m }, () => ({
          constant: gaussian(),
          of: sizes.map((other) => Array.from({ length: other }, gaussian)),
        })),
      );
      const weights = equilibria(games);
      games.forEach((own, g) => {
        const payoffs = own.map(({ constant, of }) =>
          of.reduce(
            (sum, gains, o) => sum + gains.reduce((a, gain, k) => a + gain * weights[o][k], 0),
            constant,
          ),
        );
        const best = Math.max(...payoffs);
        expect([...weights[g]].reduce((a, b) => a + b)).toBeCloseTo(1, 12);
        weights[g].forEach((weight, j) => {
          expect(weight).toBeGreaterThanOrEqual(0);
          if (weight > 0) expect(best - payoffs[j]).toBeLessThan(1e-9);
        });
      });
    }
  });
});

describe('hardmax by dopri5', () => {
  it('comes to its end at the defaults, in few steps', async () => {
    const found = await run({ dynamics: 'hardmax', time: 0.1 });
    expect([found.time, found.stopped]).toEqual([0.1, 'end']);
    expect(found.steps + found.rejected).toBeLessThan(500);
  });

  it('ends in the same place for every tolerance', async () => {
    const ends = await Promise.all(
      [1e-6, 1e-8, 1e-10].map(async (tolerance) => {
        const { frames } = await run({ dynamics: 'hardmax', n: 8, time: 1, tolerance });
        return last(frames).positions;
      }),
    );
    expect(farthest(ends[0], ends[2])).toBeLessThan(1e-3);
    expect(farthest(ends[1], ends[2])).toBeLessThan(1e-5);
  });

  it('is what layers come to as they become short, and softmax as β grows', async () => {
    const query = { ensemble: 'ginibre', seed: 1 };
    const shared = { n: 6, d: 3, seed: 2, time: 0.6 };
    const end = async (options: SimulationOptions) =>
      last((await run({ ...shared, ...options })).frames).positions;
    const right = await end({ dynamics: 'hardmax', parameters: { query } });
    const layers = await Promise.all(
      [0.01, 0.0025].map(async (step) =>
        farthest(
          right,
          await end({ dynamics: 'hardmax', parameters: { query }, scheme: 'layer', step }),
        ),
      ),
    );
    expect(layers[0] / layers[1]).toBeGreaterThan(3);
    expect(layers[1]).toBeLessThan(1e-3);
    const soft = await Promise.all(
      [256, 1024, 4096].map(async (beta) =>
        farthest(right, await end({ parameters: { beta, query } })),
      ),
    );
    expect(soft[1]).toBeLessThan(soft[0] / 2);
    expect(soft[2]).toBeLessThan(soft[0] / 16);
  });
});
