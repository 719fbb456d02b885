/** Doubly stochastic and relative couplings of the reference engine, against plain Sinkhorn and closed forms. */
import { describe, expect, it } from 'vitest';
import type { Interaction } from '../../src/attention/interaction.ts';
import { openReferenceField, referenceField } from '../../src/engines/reference-field.ts';
import { wasmEngine } from '../../src/engines/wasm/engine.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { equiangular } from '../diagnostics/configurations.ts';
import { couplingOf, inner, MASSES, STARTS } from './particles.ts';

const SINKHORN: Interaction = {
  coupling: 'sinkhorn',
  causal: false,
  beta: [2],
  weights: null,
  sign: 1,
  tie: 0,
};

/** u_i e^{β⟨x_i, x_j⟩} v_j w_j by as many sweeps as it takes, with plain numbers. */
function plainSinkhorn(x: Float64Array, masses: Float64Array, beta: number): number[][] {
  const n = masses.length;
  const d = x.length / n;
  const at = (i: number) => x.subarray(i * d, (i + 1) * d);
  const kernel = Array.from(masses, (_, i) =>
    Array.from(masses, (_, j) => Math.exp(beta * inner(at(i), at(j)))),
  );
  const u = new Array<number>(n).fill(1);
  const v = new Array<number>(n).fill(1);
  const sum = (value: (j: number) => number) => masses.reduce((total, _, j) => total + value(j), 0);
  for (let sweep = 0; sweep < 20_000; sweep++) {
    for (let i = 0; i < n; i++) u[i] = 1 / sum((j) => kernel[i][j] * v[j] * masses[j]);
    for (let j = 0; j < n; j++) v[j] = 1 / sum((i) => masses[i] * u[i] * kernel[i][j]);
  }
  for (let i = 0; i < n; i++) u[i] = 1 / sum((j) => kernel[i][j] * v[j] * masses[j]);
  return kernel.map((line, i) => line.map((value, j) => u[i] * value * v[j] * masses[j]));
}

const fieldOf = (interaction: Interaction, n: number, d: number) =>
  openReferenceField({
    interaction,
    n,
    d,
    precision: 'float64',
    accuracy: 1e-12,
    threads: 1,
  });

const spun = (columns: number) => {
  const { gaussian } = random(columns);
  return {
    rows: 3,
    columns: 3,
    data: Float64Array.from({ length: 9 }, gaussian),
  };
};

describe('Sinkhorn’s coupling', () => {
  it.each(['equal', 'uneven'] as const)('is that of plain sweeps, masses %s', (kind) => {
    const masses = MASSES[kind](11).map((mass) => mass + 1e-3);
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    const shares = masses.map((mass) => mass / total);
    const x = STARTS.scattered('sphere', 11, 3);
    const [a] = couplingOf(SINKHORN, x, shares);
    expect(a.data).toBeAllClose(plainSinkhorn(x, shares, 2).flat(), { absolute: 1e-11 });
  });

  it.each([0, 1, 9, 40])('has rows of sum 1 exactly and columns of the masses, β = %d', (beta) => {
    const masses = MASSES.equal(40);
    const [a] = couplingOf(
      { ...SINKHORN, beta: [beta] },
      STARTS.scattered('sphere', 40, 3),
      masses,
    );
    const columns = new Float64Array(40);
    for (let i = 0; i < 40; i++) {
      expect(row(a, i).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 14);
      row(a, i).forEach((share, j) => {
        columns[j] += share / 40;
      });
    }
    expect(columns).toBeAllClose(masses, { absolute: 1e-12 });
  });

  it('is the softmax on equiangular tokens', () => {
    const x = equiangular(8, 0.3).data;
    const masses = MASSES.equal(8);
    const [balanced] = couplingOf(SINKHORN, x, masses);
    const [soft] = couplingOf({ ...SINKHORN, coupling: 'softmax' }, x, masses);
    expect(balanced.data).toBeAllClose(soft.data, { absolute: 1e-12 });
  });

  it('begins where it ended before, and comes to the same', () => {
    const [x, masses] = [STARTS.scattered('sphere', 30, 3), MASSES.equal(30)];
    const near = x.map((value, at) => value + 1e-3 * Math.sin(at));
    const [field, fresh] = [fieldOf(SINKHORN, 30, 3), fieldOf(SINKHORN, 30, 3)];
    const [found, expected] = [new Float64Array(90), new Float64Array(90)];
    field.ambient(near, masses, found);
    field.ambient(x, masses, found);
    fresh.ambient(x, masses, expected);
    expect(found).toBeAllClose(expected, { absolute: 1e-11 });
  });

  it.each([
    ['a causal mask', { ...SINKHORN, causal: true }, 10, /no doubly stochastic scaling: token 1/],
    ['too many particles', SINKHORN, 2001, /more than the 2000 whose couplings it can balance/],
  ])('refuses %s', (_, interaction, n, message) => {
    const request = { interaction, n, d: 3, accuracy: 1e-12, threads: 1 };
    expect(referenceField.refusal({ ...request, precision: 'float64' })).toMatch(message);
  });

  it('says how far it is off where it does not converge', () => {
    const balancing = { tolerance: 1e-12, sweeps: 3 };
    const field = fieldOf({ ...SINKHORN, balancing, beta: [9] }, 20, 3);
    const x = STARTS.scattered('sphere', 20, 3);
    expect(() => field.ambient(x, MASSES.equal(20), new Float64Array(60))).toThrow(
      /after 3 sweeps.*residual/,
    );
  });
});

describe('unusual scores', () => {
  it('Q other than K, and masses down to 1e-40: columns of every size are met', () => {
    const [n, masses] = [129, MASSES.vast(129)];
    const weights = { query: spun(1), key: spun(2), value: spun(3), output: spun(4) };
    const interaction = { ...SINKHORN, beta: [3], weights };
    const [a] = couplingOf(interaction, STARTS.scattered('sphere', n, 3), masses);
    const columns = new Float64Array(n);
    for (let i = 0; i < n; i++)
      row(a, i).forEach((share, j) => {
        columns[j] += masses[i] * share;
      });
    const relative = columns.map((sum, j) => sum / masses[j]);
    expect(relative).toBeAllClose(new Float64Array(n).fill(1), { absolute: 1e-11 });
  });

  it('an interaction of differences passes nothing of a particle itself, on the sphere too', () => {
    const weights = { query: spun(1), key: spun(1), value: spun(3), output: spun(4) };
    const interaction = { ...SINKHORN, weights, relative: true };
    const [x, masses] = [STARTS.scattered('sphere', 9, 3), MASSES.equal(9)];
    const [along, free] = [new Float64Array(27), new Float64Array(27)];
    const field = fieldOf(interaction, 9, 3);
    field.tangent(x, masses, along);
    field.ambient(x, masses, free);
    const expected = Float64Array.from({ length: 9 }, (_, i) => i * 3).reduce((all, at) => {
      const own = x.subarray(at, at + 3);
      const radial = inner(own, free.subarray(at, at + 3));
      for (let c = 0; c < 3; c++) all[at + c] = free[at + c] - radial * own[c];
      return all;
    }, new Float64Array(27));
    expect(along).toBeAllClose(expected, { absolute: 1e-12 });
  });
});

describe('the residual field', () => {
  it('conserves the mean under Sinkhorn, by Euler’s steps too, and not under softmax', async () => {
    const drift = async (dynamics: string, scheme: string) => {
      const { frames } = await simulate({
        dynamics,
        scheme,
        n: 20,
        d: 2,
        start: 'gaussian',
        seed: 3,
        time: 2,
        step: 0.1,
        parameters: { beta: 3 },
        diagnostics: [],
      });
      const means = frames.map(({ positions: { data } }) =>
        [0, 1].map((c) => data.reduce((sum, v, at) => sum + (at % 2 === c ? v / 20 : 0), 0)),
      );
      return Math.hypot(means[1][0] - means[0][0], means[1][1] - means[0][1]);
    };
    for (const scheme of ['layer', 'euler', 'dopri5'])
      expect(await drift('sinkhorn_residual', scheme)).toBeLessThan(1e-11);
    expect(await drift('residual', 'layer')).toBeGreaterThan(1e-3);
  });

  it('of a Gaussian kernel listens to the nearest, whatever its length', () => {
    const x = Float64Array.of(0, 1, 3);
    const interaction = { ...SINKHORN, coupling: 'softmax', gaussian: true } as const;
    const [a] = couplingOf(interaction, x, MASSES.equal(3));
    const weights = [0, 1, 3].map((y) => [0, 1, 3].map((z) => Math.exp(-((y - z) ** 2))));
    const expected = weights.map((line) =>
      line.map((value) => value / line.reduce((sum, one) => sum + one, 0)),
    );
    expect(a.data).toBeAllClose(expected.flat(), { absolute: 1e-15 });
  });

  describe.each([referenceField, wasmEngine()])('of $name, far from the origin', (engine) => {
    const KINDS: Record<string, Partial<Interaction>> = {
      'a Gaussian kernel': { coupling: 'softmax', gaussian: true, relative: true },
      'Sinkhorn’s coupling': { relative: true },
      'a Gaussian kernel that passes positions': { coupling: 'softmax', gaussian: true },
    };
    const through = { query: spun(1), key: spun(1), value: spun(3), output: spun(4) };
    it.each(Object.keys(KINDS))('%s is what it is near it', async (name) => {
      for (const weights of [null, through]) {
        const interaction = { ...SINKHORN, ...KINDS[name], weights };
        const { open } = engine;
        const field = await open({
          interaction,
          n: 20,
          d: 3,
          space: 'euclidean',
          precision: 'float64',
          accuracy: 1e-12,
          threads: 1,
        });
        const { gaussian } = random(8);
        // as many binary places as survive the shifts
        const x = Float64Array.from(
          { length: 60 },
          () => Math.round(2 ** 24 * gaussian()) / 2 ** 24,
        );
        const velocity = (by: number) => {
          const out = new Float64Array(60);
          const moved = x.map((value) => value + by);
          field.ambient(moved, MASSES.equal(20), out);
          return out;
        };
        const near = velocity(0);
        for (const by of [2 ** 20, -(2 ** 24), 2 ** 27]) {
          const far = velocity(by);
          if (interaction.relative) expect(far).toBeAllClose(near, { absolute: 1e-10 });
          // Σ_j A_ij V O (x_j + s): differences of particles stay
          else
            for (let k = 3; k < 60; k++)
              expect(far[k] - far[k % 3]).toBeCloseTo(near[k] - near[k % 3], 6);
        }
        field.close();
      }
    });
  });

  it.each(['residual', 'sinkhorn_residual'])(
    '%s moves a cloud at 1e8 as the same cloud at 0, up to the last place of its positions',
    async (dynamics) => {
      const { gaussian } = random(3);
      const points = Float64Array.from(
        { length: 40 },
        () => Math.round(2 ** 20 * gaussian()) / 2 ** 20,
      );
      const end = async (by: number) => {
        const parameters = { beta: 2, ...(dynamics === 'residual' && { kernel: 'gaussian' }) };
        const init = matrix(
          20,
          2,
          points.map((value) => value + by),
        );
        const { frames } = await simulate({
          dynamics,
          parameters,
          init,
          time: 1,
          scheme: 'rk4',
          step: 0.05,
          saveAt: [1],
          diagnostics: [],
        });
        return frames[0].positions.data.map((value) => value - by);
      };
      const near = await end(0);
      for (const by of [1e6, 1e7, 1e8])
        expect(await end(by)).toBeAllClose(near, { absolute: 40 * 2 ** -52 * by });
    },
  );

  it('has the slopes of docs/theory.md §4.6 on a Gaussian law', () => {
    // N(0, 1) by equal steps with Gaussian masses: a trapezoidal rule, exact beyond round-off.
    const [n, half, beta] = [241, 9, 20];
    const x = Float64Array.from({ length: n }, (_, i) => half * ((2 * i) / (n - 1) - 1));
    const raw = x.map((value) => Math.exp(-0.5 * value * value));
    const total = raw.reduce((sum, mass) => sum + mass, 0);
    const masses = raw.map((mass) => mass / total);
    const slope = (coupling: 'sinkhorn' | 'softmax', b: number) => {
      const out = new Float64Array(n);
      fieldOf({ ...SINKHORN, coupling, beta: [b] }, n, 1).ambient(x, masses, out);
      const at = x.findIndex((value) => value > 0.5);
      return out[at] / x[at];
    };
    expect(beta * (1 - slope('sinkhorn', beta))).toBeCloseTo(0.493751, 6);
    expect(slope('softmax', 0.5)).toBeCloseTo(0.5, 12);
  });
});

it('heads are balanced one by one, with their own β', () => {
  const { gaussian } = random(4);
  const square = (columns: number) => ({
    rows: 4,
    columns,
    data: Float64Array.from({ length: 4 * columns }, () => gaussian() / 2),
  });
  const weights = {
    query: square(4),
    key: square(4),
    value: square(4),
    output: square(4),
  };
  const interaction = { ...SINKHORN, beta: [1, 3], weights };
  const found = couplingOf(interaction, STARTS.scattered('sphere', 9, 4), MASSES.equal(9));
  for (const a of found)
    for (let j = 0; j < 9; j++) {
      const column = Array.from({ length: 9 }, (_, i) => row(a, i)[j]);
      expect(column.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
});
