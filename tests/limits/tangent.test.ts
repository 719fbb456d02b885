/** The tangent flow: closed forms of two tokens, spectra at known equilibria, determinants, a model, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import { defineDynamics } from '../../src/dynamics/define.ts';
import { simulationEngines } from '../../src/engines/catalogue.ts';
import { openRun } from '../../src/flow/run.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { type SimulationOptions, simulationSettings } from '../../src/flow/simulation-settings.ts';
import { integrate } from '../../src/integrators/integrate.ts';
import type { FlowProblem } from '../../src/integrators/problem.ts';
import { modelOptions } from '../../src/language/particles.ts';
import { tangentReport } from '../../src/limits/tangent/report.ts';
import {
  modelTangentFlow,
  type TangentFlow,
  tangentFlow,
} from '../../src/limits/tangent/tangent.ts';
import {
  coordinateBasis,
  directional,
  type Place,
  tangentBasis,
  tangentMatrix,
} from '../../src/limits/tangent/variation.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { singularValues } from '../../src/numerics/spectrum.ts';
import { randomModel } from '../language/random-model.ts';

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

async function problemOf(options: SimulationOptions): Promise<FlowProblem> {
  const settings = simulationSettings({ ...options, scheme: 'dopri5', engine: 'reference' });
  return (await openRun(settings, simulationEngines())).problem;
}

function endOf(problem: FlowProblem, start: Float64Array, end: number): Float64Array {
  const settings = { scheme: 'dopri5', tolerance: 1e-12, end, times: [end] };
  return [...integrate(problem, start, settings)].at(-1)!.state;
}

const pair = (angle: number) => [
  [1, 0],
  [Math.cos(angle), Math.sin(angle)],
];

describe('two tokens on the circle (docs/theory.md §4.3)', () => {
  it.each([
    [
      'sa',
      (phi: number, beta: number) =>
        (-2 * Math.sin(phi)) / (1 + Math.exp(beta * (1 - Math.cos(phi)))),
    ],
    ['usa', (phi: number, beta: number) => -Math.exp(beta * Math.cos(phi)) * Math.sin(phi)],
    ['kuramoto', (phi: number) => -Math.sin(phi)],
  ] as const)(
    '%s: the angle’s derivative is φ̇(T)/φ̇(0), the turn of both is neutral',
    async (dynamics, rate) => {
      const [beta, time] = [1.5, 0.7];
      const parameters = dynamics === 'kuramoto' ? {} : { beta };
      const start = { dynamics, parameters, init: pair(1), time };
      const { frames } = await simulate({ ...start, scheme: 'dopri5', tolerance: 1e-12 });
      const [x, y] = [
        frames[1].positions.data.subarray(0, 2),
        frames[1].positions.data.subarray(2, 4),
      ];
      const end = Math.acos(x[0] * y[0] + x[1] * y[1]);
      const { singularValues, logDeterminant, dimension } = await tangentFlow({
        ...start,
        tolerance: 1e-10,
      });
      expect(dimension).toBe(2);
      const stretching = rate(end, beta) / rate(1, beta);
      expect(singularValues).toBeAllClose([1, stretching], { relative: 1e-7 });
      expect([logDeterminant ?? 0]).toBeAllClose([Math.log(stretching)], { absolute: 1e-7 });
    },
  );

  // ∂φ̇/∂φ
  it.each([
    ...[1, 4, 9].map((beta) => {
      const of = (phi: number) => {
        const e = Math.exp(beta * (1 - Math.cos(phi)));
        return (-2 * Math.cos(phi)) / (1 + e) + (2 * beta * e * Math.sin(phi) ** 2) / (1 + e) ** 2;
      };
      return ['sa', beta, of] as const;
    }),
    ...[1, 4, 9].map((beta) => {
      const of = (phi: number) =>
        Math.exp(beta * Math.cos(phi)) * (beta * Math.sin(phi) ** 2 - Math.cos(phi));
      return ['usa', beta, of] as const;
    }),
  ])('%s, β = %d: differences of the field are good to 1e-8', async (dynamics, beta, exact) => {
    for (const phi of [0.1, 0.5, 1, 1.5, 2.5, 3]) {
      const problem = await problemOf({ dynamics, parameters: { beta }, init: pair(phi) });
      const [x, along] = [pair(phi).flat(), [-Math.sin(phi), Math.cos(phi)]];
      const out = new Float64Array(4);
      directional(problem, 0, Float64Array.from(x), Float64Array.from([0, 0, ...along]), out);
      const turned = out[2] * along[0] + out[3] * along[1] - out[1];
      expect([turned]).toBeAllClose([exact(phi)], { relative: 1e-8 });
    }
  });

  it.each([
    ['sa', 1, (beta: number) => 2 / (1 + Math.exp(2 * beta))],
    ['usa', 1, (beta: number) => Math.exp(-beta)],
    ['sa', 2, (beta: number) => 2 / (1 + Math.exp(2 * beta))],
  ] as const)(
    '%s, β = %d: an antipodal pair parts at the known rate',
    async (dynamics, beta, rate) => {
      const flow = { dynamics, parameters: { beta }, init: pair(Math.PI), time: 1e-3 };
      const { spectrum } = await tangentFlow(flow);
      expect(spectrum).toMatchObject({ unstable: 1, neutral: 1, stable: 0 });
      expect([spectrum?.eigenvalues[0].re]).toBeAllClose([rate(beta)], { relative: 1e-6 });
    },
  );
});

describe('collapsed tokens', () => {
  it.each([
    ['sa', -1],
    ['usa', -Math.exp(2)],
  ] as const)(
    '%s: (n − 1)(d − 1) directions fall at the rate %d, d − 1 are neutral',
    async (dynamics, rate) => {
      const init = Array.from({ length: 4 }, () => [0, 0, 1]);
      const { spectrum } = await tangentFlow({
        dynamics,
        parameters: { beta: 2 },
        init,
        time: 1e-3,
      });
      expect(spectrum).toMatchObject({ unstable: 0, neutral: 2, stable: 6 });
      const falling = spectrum?.eigenvalues.slice(2).map(({ re }) => re) ?? [];
      expect(falling).toBeAllClose(new Array(6).fill(rate), { relative: 1e-7 });
    },
  );

  it('keep their neutral directions apart where the others fall fast', async () => {
    const init = Array.from({ length: 4 }, () => [0, 0, 1]);
    const flow = { dynamics: 'usa', parameters: { beta: 9 }, init, time: 1e-6 };
    const { spectrum } = await tangentFlow(flow);
    expect(spectrum).toMatchObject({ unstable: 0, neutral: 2, stable: 6 });
  });
});

it('gives up after as many steps as are allowed', async () => {
  const flow = { dynamics: 'sa', n: 4, d: 3, time: 1, maximumSteps: 2 };
  await expect(tangentFlow(flow)).rejects.toThrow(/after [12] steps .*expected at most 2/);
});

it('rotations of a whole equilibrium are neutral: three for a tetrahedron, which parts elsewhere', async () => {
  const corners = [
    [1, 1, 1],
    [1, -1, -1],
    [-1, 1, -1],
    [-1, -1, 1],
  ];
  const flow = { parameters: { beta: 1 }, init: corners, normalise: true, time: 1e-3 };
  const { spectrum } = await tangentFlow({ dynamics: 'sa', ...flow });
  expect(spectrum).toMatchObject({ unstable: 5, neutral: 3, stable: 0 });
});

describe('contraction over a long time', () => {
  const flow = { dynamics: 'sa', n: 3, d: 2, seed: 2, time: 30 };
  let long: TangentFlow;
  beforeAll(async () => {
    long = await tangentFlow({ ...flow, vectors: 3 });
  });

  it('is that of the divergence along the trajectory', async () => {
    const problem = await problemOf(flow);
    const start = simulationSettings(flow).positions.data;
    const basisAt = (x: Float64Array) =>
      tangentBasis(x, { space: 'sphere', n: 3, d: 2 }, 3, random(0));
    // ẋ = f, ṡ = div f
    const beside: FlowProblem = {
      size: 7,
      velocity(time, state, out) {
        const x = state.subarray(0, 6);
        problem.velocity(time, x, out.subarray(0, 6));
        const { data } = tangentMatrix(problem, time, x, basisAt(x));
        out[6] = data[0] + data[4] + data[8];
      },
      retract: (state) => problem.retract?.(state.subarray(0, 6)),
    };
    const divergence = endOf(beside, Float64Array.from([...start, 0]), flow.time)[6];
    expect(divergence).toBeLessThan(-50);
    expect([long.logDeterminant ?? 0]).toBeAllClose([divergence], { absolute: 1e-4 });
  });

  it('has singular values as small as they are, not as rounding lets them be', () => {
    const logs = (long.singularValues ?? []).map(Math.log);
    expect([total(logs)]).toBeAllClose([long.logDeterminant ?? 0], { absolute: 1e-8 });
    expect(Math.abs(logs[0])).toBeLessThan(1);
    expect(logs[2]).toBeLessThan(-20);
  });
});

describe('derivatives of softmax attention', () => {
  const masses = [0.1, 0.2, 0.3, 0.15, 0.25];
  const model = modelOptions(randomModel(3), { text: 'Mein Lieblingstier', dynamics: 'model' });
  const causal = modelOptions(randomModel(4), {
    text: 'Mein Lieblingstier',
    dynamics: 'model',
    coupling: 'causal',
  });
  it.each<[string, SimulationOptions]>([
    ['sa with masses', { dynamics: 'sa', parameters: { beta: 3 }, n: 5, d: 4, masses }],
    ['β below 0', { dynamics: 'sa', parameters: { beta: -2 }, n: 5, d: 3 }],
    ['a causal mask', { dynamics: 'causal_sa', parameters: { beta: 3 }, n: 6, d: 3 }],
    ['repulsion', { dynamics: 'repulsion', n: 5, d: 3 }],
    ['several heads', { dynamics: 'multi_head', n: 6, d: 4 }],
    ['no projection', { dynamics: 'no_projection', n: 5, d: 3 }],
    ['the weights of a model', model],
    ['the same, causal', causal],
  ])('%s: exact, as differences say to 1e-7', async (_, options) => {
    const problem = await problemOf({ seed: 5, ...options });
    const { positions, entry, n, d } = simulationSettings({ seed: 5, ...options });
    const place: Place = { space: entry.space, n, d };
    const count = Math.min(9, n * (d - 1));
    const basis = tangentBasis(positions.data, place, count, random(6));
    const time = 0.37;
    const out = new Float64Array(basis.data.length);
    problem.derivatives?.(time, positions.data, basis.data, out);
    const expected = matrix(count, problem.size);
    for (let a = 0; a < count; a++)
      directional(problem, time, positions.data, row(basis, a), row(expected, a));
    expect(out).toBeAllClose(expected.data, { absolute: 1e-7 });
    expect(expected.data.some((value) => Math.abs(value) > 1e-2)).toBe(true);
  });

  it.each(['usa', 'sinkhorn', 'hardmax', 'linear'])(
    'of %s differences alone are known',
    async (dynamics) => {
      expect((await problemOf({ dynamics, n: 4, d: 3 })).derivatives).toBeUndefined();
    },
  );
});

it('dynamics of one’s own in R^d: ẋ = x/2 stretches every direction by e^{T/2}', async () => {
  const dynamics = defineDynamics({
    name: 'growth',
    space: 'euclidean',
    velocity({ positions }, _, __, out) {
      for (let at = 0; at < out.length; at++) out[at] = positions[at] / 2;
    },
  });
  const { exponents, singularValues, dimension } = await tangentFlow({
    dynamics,
    n: 2,
    d: 2,
    time: 2,
    tolerance: 1e-9,
  });
  expect(dimension).toBe(4);
  expect(exponents).toBeAllClose(new Array(4).fill(0.5), { absolute: 1e-8 });
  expect(singularValues).toBeAllClose(new Array(4).fill(Math.E), { relative: 1e-8 });
});

describe('all directions', () => {
  const flow = { dynamics: 'sa', parameters: { beta: 3 }, n: 5, d: 3, seed: 2, time: 1 };
  let all: TangentFlow;
  beforeAll(async () => {
    all = await tangentFlow({ ...flow, vectors: 10, tolerance: 1e-9 });
  });

  it('have exponents that sum to the determinant, which is that of the stretching', () => {
    const stretched = (all.singularValues ?? []).map(Math.log);
    expect([total(all.exponents) * flow.time, total(stretched)]).toBeAllClose(
      [all.logDeterminant ?? 0, all.logDeterminant ?? 0],
      { absolute: 1e-8 },
    );
  });

  it('have no spectrum while particles move, unless the end is taken for an equilibrium', async () => {
    expect(all.spectrum).toBeNull();
    expect(all.spectrumProblem).toMatch(/still move/);
    const { spectrum } = await tangentFlow({ ...flow, vectors: 1, equilibrium: true });
    expect(spectrum?.eigenvalues).toHaveLength(10);
  });

  it('are those of the stretching, which a basis that has turned in nears', async () => {
    const long = { ...flow, seed: 7, time: 40, tolerance: 1e-9 };
    const every = await tangentFlow({ ...long, vectors: 10 });
    const stretched = (every.singularValues ?? []).map((value) => Math.log(value) / 40);
    expect(every.exponents).toBeAllClose(stretched, { absolute: 1e-14 });
    // two clusters are left: where they are is nearly neutral, within them differences fall
    expect(Math.abs(every.exponents[3])).toBeLessThan(0.1);
    expect(every.exponents[4]).toBeLessThan(-0.5);
    const few = await tangentFlow({ ...long, vectors: 4 });
    const late = await tangentFlow({ ...long, vectors: 10, spinUp: 20 });
    expect([few.spinUp, late.spinUp, every.spinUp]).toEqual([20, 20, 0]);
    expect(total(few.exponents)).toBeCloseTo(total(late.exponents.slice(0, 4)), 2);
  });

  it('are reported', () => {
    const { columns, findings } = tangentReport(all);
    expect(columns[1].values).toEqual(all.exponents);
    expect(findings.join('\n')).toMatch(/ln \|det\| of the flow map/);
    expect(findings[0]).toMatch(/^the fastest difference changes by a factor of e\^/);
    expect(findings[1]).toMatch(/those of infinite time are a term of order 1\/1 away/);
  });
});

it('tells that a few directions may have missed the fastest', async () => {
  const few = tangentReport(await tangentFlow({ dynamics: 'sa', n: 8, vectors: 2, time: 1 }));
  expect(few.findings[0]).toMatch(/over time 0.5 to 1/);
  expect(few.findings[0]).toMatch(/2 of 16 directions find the fastest in long times only/);
});

describe('two tokens that meet over T = 40: the turn of both is neutral, whatever basis begins', () => {
  const flow = { dynamics: 'sa', parameters: { beta: 1 }, init: pair(2), time: 40 };

  it.each([0, 1, 2])('of both directions, seed %d: ln σ / T', async (seed) => {
    const { exponents, singularValues, logDeterminant } = await tangentFlow({ ...flow, seed });
    expect(Math.abs(exponents[0])).toBeLessThan(1e-9);
    expect(singularValues?.[0]).toBeCloseTo(1, 7);
    // φ̇(T)/φ̇(0), and both ends fall like −2 sin φ / 2
    expect([exponents[1] * 40]).toBeAllClose([logDeterminant ?? 0], { absolute: 1e-7 });
  });

  it.each([0, 1, 2])('of one direction, seed %d: once it has turned in', async (seed) => {
    const { exponents, spinUp } = await tangentFlow({ ...flow, seed, vectors: 1 });
    expect(spinUp).toBe(20);
    expect(Math.abs(exponents[0])).toBeLessThan(1e-7);
    const raw = await tangentFlow({ ...flow, seed, vectors: 1, spinUp: 0 });
    expect(Math.abs(raw.exponents[0])).toBeGreaterThan(1e-4);
  });

  it('has exponents of a time whose stretching no number holds', async () => {
    const { exponents, singularValues } = await tangentFlow({ ...flow, time: 1000 });
    expect(singularValues?.[1]).toBe(0);
    expect(exponents[1]).toBeCloseTo(-1, 2);
  });
});

describe('differences of very different units', () => {
  /** ẋ = D A D⁻¹ x with D = diag(2^k), in R^3: the spectrum is A’s. */
  const linear = (rows: number[][]) =>
    defineDynamics({
      name: 'linear_map',
      space: 'euclidean',
      velocity({ n, d, positions }, _, __, out) {
        for (let i = 0; i < n; i++)
          for (let a = 0; a < d; a++)
            for (let b = 0; b < d; b++) out[i * d + a] += rows[a][b] * positions[i * d + b];
      },
    });
  const atZero = { init: [[0, 0, 0]], time: 1e-3, equilibrium: true };

  it('have the spectrum −½, ¼ ± i √3/4 of a cycle', async () => {
    const dynamics = linear([
      [0, -5e7, 0],
      [0, 0, -5e-9],
      [-0.5, 0, 0],
    ]);
    const { spectrum } = await tangentFlow({ ...atZero, dynamics });
    const { eigenvalues } = spectrum!;
    expect(eigenvalues.map(({ re }) => re)).toBeAllClose([0.25, 0.25, -0.5], { absolute: 1e-9 });
    expect(eigenvalues[0].im).toBeCloseTo(Math.sqrt(3) / 4, 9);
    expect(spectrum).toMatchObject({ unstable: 2, neutral: 0, stable: 1 });
  });

  it.each([1, 2, 3, 4, 5])('have the spectrum of any scaling, seed %d', async (seed) => {
    const stream = random(seed);
    const own = Array.from({ length: 3 }, () => Array.from({ length: 3 }, stream.gaussian));
    const units = own.map(() => 2 ** (stream.integer(81) - 40));
    const changed = own.map((line, a) => line.map((value, b) => (value * units[a]) / units[b]));
    const plain = await tangentFlow({ ...atZero, dynamics: linear(own) });
    const { spectrum } = await tangentFlow({ ...atZero, dynamics: linear(changed) });
    const parts = (flow: typeof plain) =>
      flow.spectrum!.eigenvalues.flatMap(({ re, im }) => [re, im]);
    expect(parts({ ...plain, spectrum })).toBeAllClose(parts(plain), { absolute: 1e-8 });
  });
});

it('a basis of coordinates is orthonormal and tangent, particle by particle', () => {
  const stream = random(4);
  const x = Float64Array.from({ length: 12 }, stream.gaussian);
  x.set([0, -1, 0], 9);
  for (let i = 0; i < 9; i += 3) {
    const length = Math.hypot(x[i], x[i + 1], x[i + 2]);
    for (let k = i; k < i + 3; k++) x[k] /= length;
  }
  const basis = coordinateBasis(x, { space: 'sphere', n: 4, d: 3 });
  const all = Array.from({ length: 8 }, (_, a) => row(basis, a));
  const inner = (a: Float64Array, b: Float64Array) => total(Array.from(a, (v, k) => v * b[k]));
  for (const [a, own] of all.entries()) {
    for (const [b, other] of all.entries())
      expect(inner(own, other)).toBeCloseTo(a === b ? 1 : 0, 14);
    for (let i = 0; i < 12; i += 3)
      expect(inner(own.subarray(i, i + 3), x.subarray(i, i + 3))).toBeCloseTo(0, 14);
  }
});

/** Singular values of the flow map by differences of runs, one pair a direction. */
function differencesOfRuns(problem: FlowProblem, x: Float64Array, place: Place, time: number) {
  const count = place.n * (place.d - 1);
  const [basis, h] = [tangentBasis(x, place, count, random(5)), 1e-5];
  const images = matrix(count, x.length);
  const moved = (a: number, step: number) => {
    const near = x.map((value, at) => value + step * row(basis, a)[at]);
    problem.retract?.(near);
    return endOf(problem, near, time);
  };
  for (let a = 0; a < count; a++) {
    const [ahead, behind] = [moved(a, h), moved(a, -h)];
    row(images, a).set(ahead.map((value, at) => (value - behind[at]) / (2 * h)));
  }
  return singularValues(images);
}

it('a model’s stretching is that of differences of whole runs, across the knots of its weights', async () => {
  const model = randomModel(3, { dimension: 8 });
  const text = 'Hund __';
  const options = { ...modelOptions(model, { text, dynamics: 'model' }), time: 3 };
  const { n, d, positions } = simulationSettings(options);
  const all = n * (d - 1);
  const { singularValues } = await modelTangentFlow(model, text, {
    vectors: all,
    tolerance: 1e-9,
  });
  const place: Place = { space: 'sphere', n, d };
  const measured = differencesOfRuns(await problemOf(options), positions.data, place, 3);
  expect(singularValues).toHaveLength(all);
  // the rest are too small for differences of runs
  expect(singularValues?.slice(0, 10)).toBeAllClose(measured.slice(0, 10), { relative: 1e-6 });
});

it('stops when it is told to', async () => {
  const controller = new AbortController();
  const running = tangentFlow(
    { dynamics: 'sa', parameters: { beta: 9 }, n: 60, vectors: 60, time: 1000 },
    { signal: controller.signal, onProgress: (time) => time > 0 && controller.abort() },
  );
  await expect(running).rejects.toThrow(/aborted/);
});

it('computes no eigenvalues of large matrices', async () => {
  const flow = { dynamics: 'sa', n: 201, d: 3, vectors: 1, time: 1e-3, equilibrium: true };
  const { spectrum, spectrumProblem } = await tangentFlow(flow);
  expect(spectrum).toBeNull();
  expect(spectrumProblem).toMatch(/402 directions are more than the 400/);
});

it('a model has exponents along its sentence, the same for the same seed', async () => {
  const model = randomModel(3);
  const flow = await modelTangentFlow(model, 'Mein Hund ist __', { vectors: 2 });
  expect(flow.exponents).toHaveLength(2);
  expect(flow.exponents.every(Number.isFinite)).toBe(true);
  expect(flow.time).toBe(model.config.horizon);
  expect(await modelTangentFlow(model, 'Mein Hund ist __', { vectors: 2 })).toEqual(flow);
});

it.each([
  [{ dynamics: 'noisy' }, /dynamics noisy have noise/],
  [{ dynamics: 'normalised' }, /dynamics normalised have radii/],
  [{ n: 3, d: 2, vectors: 9 }, /vectors is 9.*differ in 3 directions/],
  [{ vector: 1 }, /vector.*vectors/],
  [{ n: 3, d: 2, time: 2, spinUp: 2 }, /spinUp is 2, and the run ends at 2/],
  [{ n: 3, d: 2, spinUp: -1 }, /spinUp is -1: expected a time, 0 or more/],
])('refuses %j', async (options, message) => {
  await expect(tangentFlow(options as never)).rejects.toThrow(InputError);
  await expect(tangentFlow(options as never)).rejects.toThrow(message);
});
