/** The flows' exact answers (docs/theory.md §4.1–4.5, 4.7, 4.8), each through `simulate` as a user runs it. */
import { describe, expect, it } from 'vitest';
import { type Simulation, simulate } from '../../src/flow/simulation.ts';
import { type SimulationOptions, simulationSettings } from '../../src/flow/simulation-settings.ts';
import { angle } from '../../src/geometry/sphere.ts';
import { uniformDirection } from '../../src/geometry/uniform.ts';
import { type Matrix, row, toRows } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { scaledBesselI, scaledSphericalBesselI } from '../../src/numerics/special.ts';
import {
  closingRate,
  closingTime,
  gaussHermite,
  gaussLegendre,
  inverse,
  layerMap,
  softmaxSum,
  solve,
} from './closed-forms.ts';

/** dopri5 at tol 1e-10 unless told otherwise, and no diagnostics but those asked for. */
const run = (options: SimulationOptions) =>
  simulate({ scheme: 'dopri5', tolerance: 1e-10, diagnostics: [], ...options });

const last = ({ frames }: Simulation) => frames[frames.length - 1];

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
  return sum;
}

/** ⟨x_i, x_j⟩ of all pairs i < j. */
function cosines(positions: Matrix): number[] {
  const rows = toRows(positions);
  return rows.flatMap((x, i) => rows.slice(i + 1).map((y) => dot(x, y)));
}

const onCircle = (theta: number) => [Math.cos(theta), Math.sin(theta)];

/** |Σ w_j e^{ikθ_j}| */
function mode(positions: Matrix, k: number): number {
  const angles = toRows(positions).map(([x, y]) => k * Math.atan2(y, x));
  const mean = (f: (value: number) => number) =>
    angles.reduce((sum, value) => sum + f(value), 0) / angles.length;
  return Math.hypot(mean(Math.cos), mean(Math.sin));
}

describe('equiangular tokens', () => {
  const start = { start: 'orthonormal', n: 32, d: 32 };

  it.each([
    [1, 5.2703],
    [2, 5.4584],
    [4, 6.9535],
    [5, 9.5443],
    [6, 15.9953],
    [7, 32.2331],
    [8, 73.4457],
    [9, 178.7309],
  ])('at β = %d softmax attention takes the time %d to the cosine 0.999', (beta, time) => {
    expect(closingTime('sa', [0, 0.999], { n: 32, beta })).toBeCloseTo(time, 4);
  });

  it.each(
    (['sa', 'usa'] as const).flatMap((dynamics) =>
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((beta): ['sa' | 'usa', number] => [dynamics, beta]),
    ),
  )('%s at β = %d follows the closed form within 1e-8', async (dynamics, beta) => {
    const timeTo = (u: number) => closingTime(dynamics, [0, u], { n: 32, beta });
    const end = timeTo(0.999);
    const saveAt = [0.1, 0.5, 0.9, 0.99, 1].map((share) => share * end);
    if (dynamics === 'sa' && beta === 9) saveAt.splice(4, 0, 178.73);
    const { frames } = await run({ ...start, dynamics, parameters: { beta }, time: end, saveAt });
    for (const { time, positions } of frames) {
      const exact = inverse(timeTo, time, 0, 1);
      const found = cosines(positions);
      expect(found).toBeAllClose(new Array(found.length).fill(exact), { absolute: 1e-8 });
    }
    expect(frames).toHaveLength(saveAt.length);
  });

  it.each(['sa', 'usa'])(
    '%s at β = 0 has the cosine (e^{2t} − 1)/(e^{2t} + n − 1)',
    async (dynamics) => {
      const { frames } = await run({
        ...start,
        dynamics,
        parameters: { beta: 0 },
        time: 8,
        saveAt: 'linear:0:8:9',
      });
      for (const { time, positions } of frames)
        expect(cosines(positions)[0]).toBeCloseTo(
          Math.expm1(2 * time) / (Math.exp(2 * time) + 31),
          8,
        );
    },
  );

  it.each([0.01, 0.3, 1, 20])('the layer of step %d is the exact finite map', async (step) => {
    const [n, beta] = [8, 2];
    const { frames } = await run({
      start: 'equiangular',
      startParameters: { cosine: -0.1 },
      n,
      d: n,
      parameters: { beta },
      scheme: 'layer',
      step,
      time: 6 * step,
      saveAt: [0, 1, 2, 3, 4, 5, 6].map((k) => k * step),
    });
    let rho = -0.1;
    for (const { positions } of frames) {
      const found = cosines(positions);
      expect(found).toBeAllClose(new Array(found.length).fill(rho), { absolute: 1e-12 });
      rho = layerMap(rho, n, beta, step);
    }
  });

  it.each([
    [10, -0.024804],
    [20, -0.013063],
    [40, -0.00671],
    [80, -0.003401],
    [160, -0.001712],
  ])('%d layers are off the flow by %d at time 1', async (layers, error) => {
    const [n, beta] = [8, 2];
    const exact = inverse((u) => closingTime('sa', [0, u], { n, beta }), 1, 0, 1);
    const found = await run({
      start: 'orthonormal',
      n,
      d: n,
      parameters: { beta },
      time: 1,
      scheme: 'layer',
      step: 1 / layers,
    });
    expect(cosines(last(found).positions)[0] - exact).toBeCloseTo(error, 6);
  });

  describe('with radii', () => {
    const [n, beta, end] = [8, 2, 3];
    /** p, q and |v|² of equiangular tokens: v_i = p x_i + q Σ_{j≠i} x_j. */
    function velocityOf(rho: number) {
      const z = softmaxSum(rho, n, beta);
      const [p, q, m] = [Math.exp(beta) / z, Math.exp(beta * rho) / z, n - 1];
      const along = p + q * m * rho;
      const square = p * p + 2 * p * q * m * rho + q * q * m * (1 + (m - 1) * rho);
      return { along, length: Math.sqrt(square) };
    }

    it.each<[string, (rho: number, r: number, t: number) => [number, number]]>([
      ['post', () => [1, 0]],
      ['pre', (rho, r) => [1 / r, velocityOf(rho).along]],
      [
        'peri',
        (rho, r) => {
          const { along, length } = velocityOf(rho);
          return [1 / (r * length), along / length];
        },
      ],
      ['ngpt', (rho) => [0.5 / velocityOf(rho).length, 0]],
    ])('%s follows the equations of its cosine and its radius', async (normalisation, rates) => {
      const radius = 1.5;
      const parameters = { beta, normalisation, initial_radius: radius, alpha: 0.5 };
      const { frames } = await run({
        dynamics: 'normalised',
        parameters,
        start: 'orthonormal',
        n,
        d: n,
        time: end,
        saveAt: [1, end],
      });
      for (const { time, positions, radii } of frames) {
        const [rho, r] = solve(
          (t, [u, s]) => {
            const [speed, rate] = rates(u, s, t);
            return [speed * closingRate(u, n, beta), rate];
          },
          [0, radius],
          time,
        );
        expect(cosines(positions)[0]).toBeCloseTo(rho, 9);
        expect(radii).toBeAllClose(new Array(n).fill(r), { absolute: 1e-8 });
      }
    });

    it('mixed is post until its time, then pre from the initial radius', async () => {
      const parameters = { beta, normalisation: 'mixed', initial_radius: 1, switch_time: 1 };
      const found = await run({
        dynamics: 'normalised',
        parameters,
        start: 'orthonormal',
        n,
        d: n,
        time: end,
      });
      const [before] = solve((_, [u]) => [closingRate(u, n, beta)], [0], 1);
      const [rho, r] = solve(
        (_, [u, s]) => [closingRate(u, n, beta) / s, velocityOf(u).along],
        [before, 1],
        end - 1,
      );
      expect(cosines(last(found).positions)[0]).toBeCloseTo(rho, 9);
      expect(last(found).radii?.[3]).toBeCloseTo(r, 8);
    });

    it('pre-norm ends as C/t², post-norm as e^{−2t}', async () => {
      const gap = async (normalisation: string, time: number) => {
        const parameters = { beta, normalisation };
        const found = await run({
          dynamics: 'normalised',
          parameters,
          start: 'orthonormal',
          n,
          d: n,
          time,
        });
        return 1 - cosines(last(found).positions)[0];
      };
      expect((await gap('pre', 400)) / (await gap('pre', 800))).toBeCloseTo(4, 1);
      expect(Math.log((await gap('post', 6)) / (await gap('post', 8)))).toBeCloseTo(4, 2);
    });
  });
});

describe('any configuration', () => {
  const masses = [0.1, 0.3, 0.05, 0.25, 0.2, 0.1];
  const random6 = { n: 6, d: 3, seed: 5, masses };

  /** Z_i, ẋ_i of attention with Q = K = V = I, written out. */
  function motion(positions: Matrix, beta: number, normalised: boolean) {
    const rows = toRows(positions);
    return rows.map((x) => {
      const pulls = rows.map((y, j) => masses[j] * Math.exp(beta * dot(x, y)));
      const z = pulls.reduce((sum, value) => sum + value, 0);
      const v = x.map((_, k) => pulls.reduce((sum, pull, j) => sum + pull * rows[j][k], 0));
      const scale = normalised ? 1 / z : 1;
      const along = dot(x, v);
      return { z, rate: v.map((value, k) => scale * (value - along * x[k])) };
    });
  }

  it.each([
    ['sa', 1],
    ['sa', 8],
    ['usa', 1],
    ['usa', 3],
  ])('%s at β = %d raises the energy at the rate of the identity', async (dynamics, beta) => {
    const delta = 1e-3;
    const times = [0.3 - 2 * delta, 0.3 - delta, 0.3, 0.3 + delta, 0.3 + 2 * delta];
    const { frames } = await run({
      ...random6,
      dynamics,
      parameters: { beta },
      time: 1,
      saveAt: times,
      tolerance: 1e-13,
      diagnostics: ['energy', 'energy_rate'],
    });
    const energy = frames.map(({ diagnostics }) => Number(diagnostics.energy));
    const rate = Number(frames[2].diagnostics.energy_rate);
    const difference = (8 * (energy[3] - energy[1]) - (energy[4] - energy[0])) / (12 * delta);
    const identity = motion(frames[2].positions, beta, dynamics === 'sa').reduce(
      (sum, { z, rate: v }, i) => sum + masses[i] * (dynamics === 'sa' ? z : 1) * dot(v, v),
      0,
    );
    expect([rate]).toBeAllClose([identity], { absolute: 0, relative: 1e-12 });
    expect([rate]).toBeAllClose([difference], { absolute: 0, relative: 1e-8 });
  });

  it('repulsion lowers the energy, attention raises it, frame by frame', async () => {
    for (const [dynamics, sign] of [
      ['sa', 1],
      ['usa', 1],
      ['repulsion', -1],
    ] as const) {
      const { frames } = await run({
        ...random6,
        dynamics,
        parameters: { beta: 2 },
        saveAt: 'linear:0:10:21',
        diagnostics: ['energy'],
      });
      const energy = frames.map(({ diagnostics }) => sign * Number(diagnostics.energy));
      for (let k = 1; k < energy.length; k++)
        expect(energy[k]).toBeGreaterThanOrEqual(energy[k - 1] - 1e-12);
    }
  });

  it.each([
    ['kuramoto', 2],
    ['sa', 3],
    ['usa', 5],
  ])('%s at β = 0 keeps cross-ratios in d = %d', async (dynamics, d) => {
    const parameters = dynamics === 'kuramoto' ? {} : { beta: 0 };
    const { frames } = await run({ dynamics, parameters, n: 6, d, time: 3, seed: 2 });
    const apart = ({ positions }: { positions: Matrix }, i: number, j: number) =>
      2 * Math.sin(angle(row(positions, i), row(positions, j)) / 2);
    for (const [i, j, k, l] of [
      [0, 1, 2, 3],
      [1, 4, 5, 0],
      [2, 5, 3, 4],
    ]) {
      const [before, after] = frames.map(
        (frame) =>
          (apart(frame, i, j) * apart(frame, k, l)) / (apart(frame, i, k) * apart(frame, j, l)),
      );
      expect([after]).toBeAllClose([before], { absolute: 0, relative: 1e-8 });
    }
  });

  const queries = { query: 'ginibre:3', key: 'ginibre:4' };
  it.each<[string, Record<string, unknown>, number]>(
    [0.01, 0.5, 3, 1000].flatMap((step): [string, Record<string, unknown>, number][] => [
      ['sa', { beta: 4, ...queries }, step],
      ['usa', { beta: 2, ...queries }, step],
      ['causal_sa', { beta: 4 }, step],
      ['causal_usa', { beta: 2, ...queries }, step],
      ['multi_head', { heads: 3, beta: 2 }, step],
      ['hardmax', {}, step],
    ]),
  )('%s %j keeps a cone under layers of step %d', async (dynamics, parameters, step) => {
    const { frames } = await run({
      dynamics,
      parameters,
      start: 'hemisphere',
      n: 20,
      d: 4,
      scheme: 'layer',
      step,
      time: 10 * step,
      saveAt: Array.from({ length: 11 }, (_, k) => k * step),
    });
    const least = frames.map(({ positions }) =>
      Math.min(...toRows(positions).map(([first]) => first)),
    );
    expect(least[0]).toBeGreaterThan(0);
    for (let k = 1; k < least.length; k++)
      expect(least[k]).toBeGreaterThanOrEqual(least[k - 1] - 1e-15);
  });

  it('the cone diagnostic does not fall along the flow', async () => {
    const { frames } = await run({
      start: 'hemisphere',
      n: 20,
      d: 3,
      parameters: { beta: 3 },
      saveAt: 'linear:0:10:21',
      diagnostics: ['cone_min', 'cone_distance'],
    });
    const least = frames.map(({ diagnostics }) => Number(diagnostics.cone_min));
    for (let k = 1; k < least.length; k++) expect(least[k]).toBeGreaterThan(least[k - 1] - 1e-9);
    for (const { diagnostics } of frames) expect(diagnostics.cone_distance).toBeLessThan(1e-7);
  });

  const start = toRows(simulationSettings({ n: 7, d: 4 }).positions);
  const weights = [1, 2, 3, 4, 5, 6, 7];
  const shared = { masses: weights, time: 2, parameters: { beta: 3 } };
  const plain = ['sa', 'usa', 'causal_sa', 'causal_usa', 'linear', 'normalised', 'repulsion'];

  it.each(plain)('%s turns with its start', async (dynamics) => {
    const mirrors = Array.from({ length: 6 }, (_, k) => uniformDirection(4, random(9, k)));
    const turn = (x: readonly number[]) =>
      mirrors.reduce((y: readonly number[], m) => {
        const along = dot(y, m);
        return y.map((value, k) => value - 2 * along * m[k]);
      }, x);
    const settings = { ...shared, dynamics };
    const before = await run({ ...settings, init: start });
    const after = await run({ ...settings, init: start.map((x) => [...turn(x)]) });
    expect(last(after).positions.data).toBeAllClose(
      toRows(last(before).positions).flatMap((x) => [...turn(x)]),
      { absolute: 1e-8 },
    );
  });

  it.each(['sa', 'usa', 'linear', 'multi_head', 'hardmax', 'normalised', 'repulsion'])(
    '%s does not know the order of its tokens',
    async (dynamics) => {
      const order = [3, 0, 6, 1, 5, 2, 4];
      const { beta: _, ...none } = shared.parameters;
      const parameters = dynamics === 'hardmax' ? none : shared.parameters;
      const settings = { ...shared, dynamics, parameters, scheme: 'rk4', step: 0.1 };
      const before = await run({ ...settings, init: start });
      const after = await run({
        ...settings,
        init: order.map((i) => start[i]),
        masses: order.map((i) => weights[i]),
      });
      const rows = toRows(last(before).positions);
      expect(last(after).positions.data).toBeAllClose(
        order.flatMap((i) => rows[i]),
        { absolute: 1e-11 },
      );
    },
  );

  it.each(['layer', 'euler', 'rk4', 'dopri5'])(
    'the first causal token rests under %s, and the others come to it',
    async (scheme) => {
      const { frames } = await run({
        dynamics: 'causal_sa',
        parameters: { beta: 1 },
        n: 6,
        d: 3,
        time: 60,
        scheme,
      });
      const [first, ...others] = toRows(frames[1].positions);
      expect(first).toBeAllClose(toRows(frames[0].positions)[0], { absolute: 1e-15 });
      for (const x of others) expect(angle(x, first)).toBeLessThan(1e-4);
    },
  );
});

describe('two tokens', () => {
  const pair = (phi: number) => [onCircle(0), onCircle(phi)];
  const between = ({ positions }: { positions: Matrix }) =>
    angle(row(positions, 0), row(positions, 1));

  it.each(['sa', 'usa', 'kuramoto'])(
    '%s at β = 0: tan(φ/2) falls like e^{−t}',
    async (dynamics) => {
      const parameters = dynamics === 'kuramoto' ? {} : { beta: 0 };
      const phi = 2.5;
      const { frames } = await run({
        dynamics,
        parameters,
        init: pair(phi),
        time: 12,
        saveAt: 'linear:0:12:13',
      });
      for (const frame of frames) {
        const exact = 2 * Math.atan(Math.tan(phi / 2) * Math.exp(-frame.time));
        // The tolerance is of positions, so that of an angle is absolute too.
        expect(between(frame)).toBeCloseTo(exact, 9);
      }
    },
  );

  it.each([
    ['sa', 2],
    ['sa', 10],
    ['usa', 2],
  ] as const)('%s at β = %d takes the time of the closed form', async (dynamics, beta) => {
    const timeTo = (u: number) => closingTime(dynamics, [Math.cos(2), u], { n: 2, beta });
    const end = timeTo(0.9999);
    const saveAt = [0.3 * end, 0.9 * end, end];
    const { frames } = await run({
      dynamics,
      parameters: { beta },
      init: pair(2),
      time: end,
      saveAt,
    });
    for (const frame of frames)
      expect(Math.cos(between(frame))).toBeCloseTo(inverse(timeTo, frame.time, Math.cos(2), 1), 8);
  });

  it('merge in the time e^{β(1−cos φ)}/(2β sin²φ) (1 + O(1/β)) where β is large', async () => {
    const phi = 1;
    const excess = [40, 80].map((beta) => {
      const exact = closingTime('sa', [Math.cos(phi), 0.9999], { n: 2, beta });
      const leading = Math.exp(beta * (1 - Math.cos(phi))) / (2 * beta * Math.sin(phi) ** 2);
      return exact / leading - 1;
    });
    expect(excess[0]).toBeLessThan(0.15);
    expect(excess[1] / excess[0]).toBeCloseTo(0.5, 1);
    const end = closingTime('sa', [Math.cos(phi), 0.9999], { n: 2, beta: 40 });
    const found = await run({ parameters: { beta: 40 }, init: pair(phi), time: end });
    expect(end).toBeGreaterThan(1e6);
    expect(between(last(found))).toBeCloseTo(Math.acos(0.9999), 4);
  });

  it.each([
    ['usa', 2, Math.exp(-2)],
    ['usa', 0, 1],
    ['sa', 2, 2 / (1 + Math.exp(4))],
    ['sa', 0.5, 2 / (1 + Math.E)],
  ])('%s at β = %d leave antipodes at the rate %d', async (dynamics, beta, rate) => {
    const tiny = 1e-5;
    const time = 2 / rate;
    const init = pair(Math.PI - tiny);
    const { frames } = await run({ dynamics, parameters: { beta }, init, time, tolerance: 1e-13 });
    const [before, after] = frames.map((frame) => Math.PI - between(frame));
    expect(Math.log(after / before) / time / rate).toBeCloseTo(1, 7);
  });

  it('of unequal masses follow the equation of their angle', async () => {
    const beta = 3;
    const a = [0.2, 0.8];
    const { frames } = await run({
      parameters: { beta },
      init: pair(2.2),
      masses: [1, 4],
      time: 8,
      saveAt: [1, 4, 8],
    });
    for (const frame of frames) {
      const [phi] = solve(
        (_, [angle]) => {
          const e = Math.exp(beta * Math.cos(angle));
          const pull = (i: number) => (a[1 - i] * e) / (a[i] * Math.exp(beta) + a[1 - i] * e);
          return [-Math.sin(angle) * (pull(0) + pull(1))];
        },
        [2.2],
        frame.time,
      );
      expect(between(frame)).toBeCloseTo(phi, 9);
    }
  });
});

describe('Kuramoto', () => {
  /** Quantiles of the Poisson kernel with order parameter r: equally spaced angles under a Möbius map. */
  const poisson = (n: number, r: number) =>
    Array.from({ length: n }, (_, i) => {
      const u = (2 * Math.PI * (i + 0.5)) / n - Math.PI;
      return onCircle(2 * Math.atan(((1 - r) / (1 + r)) * Math.tan(u / 2)));
    });

  it.each([
    ['kuramoto', {}, 300, 'mean'],
    ['sa', { beta: 0 }, 300, 'wasm'],
    ['usa', { beta: 0 }, 2000, 'spectral'],
  ] as const)(
    '%s %j: r^{−2} − 1 of %d quantiles falls like e^{−t}, by %s',
    async (dynamics, parameters, n, name) => {
      const r0 = 0.3;
      const { frames, engine } = await run({
        dynamics,
        parameters,
        init: poisson(n, r0),
        time: 3,
        saveAt: 'linear:0:3:7',
        diagnostics: ['mean_resultant'],
        engine: name === 'mean' ? 'auto' : name,
      });
      expect(engine.name).toBe(name);
      for (const { time, diagnostics, positions } of frames) {
        const exact = 1 / Math.sqrt(1 + (r0 ** -2 - 1) * Math.exp(-time));
        expect(diagnostics.mean_resultant).toBeCloseTo(exact, 8);
        // The density stays a Poisson kernel, whose mode k is r^k.
        expect(mode(positions, 3)).toBeCloseTo(exact ** 3, 8);
      }
    },
  );
});

describe('growth from the uniform law', () => {
  it.each([
    ['usa', 5, 3],
    ['sa', 5, 3],
    ['sa', 9, 4],
    ['usa', 4, 3],
  ])(
    '%s on the circle at β = %d: mode k grows at k² I_k/β, mode %d fastest',
    async (dynamics, beta, fastest) => {
      const bessel = [...scaledBesselI(beta, 8)];
      const unit = dynamics === 'sa' ? 1 / bessel[0] : Math.exp(beta);
      const rates = [1, 2, 3, 4, 5, 6, 7, 8].map((k) => (k * k * bessel[k] * unit) / beta);
      const time = 1 / Math.max(...rates);
      const { frames, engine } = await run({
        dynamics,
        parameters: { beta },
        start: 'perturbed_circle',
        n: 1000,
        d: 2,
        time,
        startParameters: { amplitude: 1e-6 },
        tolerance: 1e-13,
        diagnostics: ['fourier_modes'],
      });
      expect(engine.name).toBe('spectral');
      const [before, after] = frames.map(
        ({ diagnostics }) => diagnostics.fourier_modes as number[],
      );
      expect(before).toBeAllClose(new Array(8).fill(5e-7), { absolute: 1e-11 });
      const found = before.map((value, k) => Math.log(after[k] / value) / time);
      expect(found).toBeAllClose(rates, { absolute: 1e-4 * Math.max(...rates) });
      expect(found.indexOf(Math.max(...found)) + 1).toBe(fastest);
    },
  );

  it('on S² degree l grows at l(l+1)/β i_l(β)', async () => {
    const beta = 4;
    const { nodes, weights } = gaussLegendre(16);
    const around = 32;
    const legendre = (l: number, z: number): number =>
      l === 0
        ? 1
        : l === 1
          ? z
          : ((2 * l - 1) * z * legendre(l - 1, z) - (l - 1) * legendre(l - 2, z)) / l;
    const ring = (z: number) =>
      Array.from({ length: around }, (_, j) => {
        const s = Math.sqrt(1 - z * z);
        return [...onCircle((2 * Math.PI * j) / around).map((value) => s * value), z];
      });
    const amplitude = 1e-6;
    const degrees = [1, 2, 3, 4, 5];
    const masses = nodes.flatMap((z, i) => {
      const bump = degrees.reduce((sum, l) => sum + legendre(l, z), 1 / amplitude) * amplitude;
      return new Array<number>(around).fill((weights[i] * bump) / around);
    });
    const time = 0.01;
    const { frames } = await run({
      dynamics: 'usa',
      parameters: { beta },
      init: nodes.flatMap(ring),
      masses,
      time,
      tolerance: 1e-14,
    });
    const moment = ({ positions }: { positions: Matrix }, l: number) =>
      toRows(positions).reduce((sum, x, i) => sum + masses[i] * legendre(l, x[2]), 0);
    const bessel = [...scaledSphericalBesselI(beta, 5)];
    const [before, after] = frames;
    const found = degrees.map((l) => Math.log(moment(after, l) / moment(before, l)) / time);
    const rates = degrees.map((l) => (l * (l + 1) * Math.exp(beta) * bessel[l]) / beta);
    expect(found).toBeAllClose(rates, { absolute: 0, relative: 1e-4 });
  });
});

describe('Gaussian data without projection', () => {
  const { nodes, weights } = gaussHermite(40);

  it('in d = 1 keeps s = s0/(1 − 2VA s0 t), m and the shape', async () => {
    const [s0, m0, beta, value] = [0.7, 0.4, 1.3, -0.8];
    const init = nodes.map((x) => [m0 + Math.sqrt(s0) * x]);
    const { frames } = await run({
      dynamics: 'no_projection',
      parameters: { beta, value },
      init,
      masses: weights,
      time: 5,
      saveAt: [1, 5],
      tolerance: 1e-12,
    });
    for (const { time, positions } of frames) {
      const mean = dot(positions.data, weights);
      const variance = dot(
        positions.data.map((x) => (x - mean) ** 2),
        weights,
      );
      const s = s0 / (1 - 2 * value * beta * s0 * time);
      expect(variance).toBeCloseTo(s, 10);
      const [m] = solve(
        (t, [at]) => [value * (1 + (beta * s0) / (1 - 2 * value * beta * s0 * t)) * at],
        [m0],
        time,
      );
      expect(mean).toBeCloseTo(m, 10);
      // The flow is linear in x, so that the nodes stay those of a Gaussian; the outer ones see too few others.
      const inner = nodes.flatMap((x, i) => (Math.abs(x) < 3 ? [i] : []));
      expect(inner.map((i) => positions.data[i])).toBeAllClose(
        inner.map((i) => m + Math.sqrt(s) * nodes[i]),
        { absolute: 1e-8 },
      );
    }
  });

  it('blows up at 1/(2VA s0) where VA > 0', async () => {
    const init = nodes.map((x) => [x]);
    const parameters = { beta: 1, value: 1 };
    const shared = { dynamics: 'no_projection', parameters, init, masses: weights };
    const { frames } = await run({ ...shared, time: 0.2 });
    const { data } = frames[1].positions;
    // A sum over nodes is no Gaussian for its outer nodes, so this is less sharp.
    expect(
      dot(
        data.map((x) => x * x),
        weights,
      ),
    ).toBeCloseTo(1 / 0.6, 2);
  });

  it('in d = 2 with matrices follows the equations of mean and covariance', async () => {
    const { nodes: z, weights: w } = gaussHermite(20);
    const [beta, m0, spread] = [0.6, [0.3, -0.2], [0.8, 0.6]];
    const query = [
      [1, 0.4],
      [-0.3, 0.9],
    ];
    const value = [
      [-0.9, 0.3],
      [-0.2, -0.7],
    ];
    const init = z.flatMap((a) => z.map((b) => [m0[0] + spread[0] * a, m0[1] + spread[1] * b]));
    const masses = w.flatMap((a) => w.map((b) => a * b));
    const found = await run({
      dynamics: 'no_projection',
      parameters: { beta, query, value },
      init,
      masses,
      time: 1.5,
    });
    const rows = toRows(last(found).positions);
    const mean = [0, 1].map((k) => rows.reduce((sum, x, i) => sum + masses[i] * x[k], 0));
    const covariance = [0, 0, 1, 1].map((k, at) =>
      rows.reduce(
        (sum, x, i) => sum + masses[i] * (x[k] - mean[k]) * (x[at % 2] - mean[at % 2]),
        0,
      ),
    );
    const [a, v] = [query.flat().map((entry) => beta * entry), value.flat()];
    const times = (p: number[], q: number[]) => [
      p[0] * q[0] + p[1] * q[2],
      p[0] * q[1] + p[1] * q[3],
      p[2] * q[0] + p[3] * q[2],
      p[2] * q[1] + p[3] * q[3],
    ];
    const turned = ([p, q, r, s]: number[]) => [p, r, q, s];
    const exact = solve(
      (_, [x, y, ...s]) => {
        // ṁ = V(I + ΣA)m and Σ̇ = VΣAΣ + its transpose.
        const sa = times(s, a);
        const [p, q, r, t] = times(v, [1 + sa[0], sa[1], sa[2], 1 + sa[3]]);
        const half = times(v, times(sa, s));
        return [p * x + q * y, r * x + t * y, ...half.map((one, k) => one + turned(half)[k])];
      },
      [...m0, spread[0] ** 2, 0, 0, spread[1] ** 2],
      1.5,
    );
    expect([...mean, ...covariance]).toBeAllClose(exact, { absolute: 1e-8 });
  });
});

describe('noise', () => {
  it('and attraction of all: r = I_1(κr)/I_0(κr)', { tags: 'slow' }, async () => {
    const kappa = 4;
    const exact = inverse(
      (r) => {
        const [zero, one] = scaledBesselI(kappa * r, 1);
        return r - one / zero;
      },
      0,
      0.1,
      1,
    );
    const { frames } = await simulate({
      dynamics: 'noisy',
      parameters: { beta: 0, kappa },
      start: 'von_mises_fisher',
      n: 2000,
      d: 2,
      seed: 3,
      time: 40,
      step: 0.02,
      saveAt: 'linear:10:40:31',
      diagnostics: ['mean_resultant'],
    });
    const mean =
      frames.reduce((sum, { diagnostics }) => sum + Number(diagnostics.mean_resultant), 0) / 31;
    expect(Math.abs(mean - exact)).toBeLessThan(0.015);
  });

  it('at β = 5 on the circle: clustered below κ_c too, uniform far below, clustered above', {
    tags: 'slow',
  }, async () => {
    const critical = 5 / (scaledBesselI(5, 1)[1] * Math.exp(5));
    expect(critical).toBeCloseTo(0.20546, 5);
    const resultant = async (share: number, start: string, startParameters = {}, slowly = 1) => {
      const { frames } = await simulate({
        dynamics: 'noisy',
        parameters: { beta: 5, kappa: share * critical },
        start,
        startParameters,
        n: 2000,
        d: 2,
        time: 2 * slowly,
        step: 0.0015 * slowly,
        seed: 1,
        saveAt: `linear:${slowly}:${2 * slowly}:21`,
        diagnostics: ['mean_resultant'],
      });
      return (
        frames.reduce((sum, { diagnostics }) => sum + Number(diagnostics.mean_resultant), 0) / 21
      );
    };
    const cluster = ['von_mises_fisher', { concentration: 3.3 }] as const;
    // With 2000 particles and times near the fold of the clustered branch, a few hundredths of fluctuation.
    expect(Math.abs((await resultant(0.95, ...cluster)) - 0.82207)).toBeLessThan(0.04);
    expect(await resultant(0.8, ...cluster)).toBeLessThan(0.4);
    expect(await resultant(0.6, 'uniform')).toBeLessThan(0.1);
    // Above, but below the threshold of mode 2, the resultant grows at the rate 1.1.
    expect(await resultant(1.3, 'uniform', {}, 3)).toBeGreaterThan(0.7);
  });
});
