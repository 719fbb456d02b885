/** What is special to the spectral engine: its bound, its series, its refusals. For every dynamics: spectral-fields.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Interaction } from '../../src/attention/interaction.ts';
import type { Field, FieldRequest } from '../../src/engines/field.ts';
import { spectralEngine } from '../../src/engines/spectral/engine.ts';
import { type Dimension, expand, uniformSum } from '../../src/engines/spectral/expansion.ts';
import { spectralBytes } from '../../src/engines/spectral/memory.ts';
import { spawnFieldThread } from '../../src/host/field-threads.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { scaledBesselI, scaledSphericalBesselI } from '../../src/numerics/special.ts';
import { exactSum } from './particles.ts';

const SOFTMAX: Interaction = {
  coupling: 'softmax',
  causal: false,
  beta: [4],
  weights: null,
  sign: 1,
  tie: 0,
};

const request = (
  interaction: Partial<Interaction>,
  n: number,
  d: number,
  asked: Partial<FieldRequest> = {},
): FieldRequest => ({
  interaction: { ...SOFTMAX, ...interaction },
  n,
  d,
  precision: 'float64',
  accuracy: 1e-12,
  threads: 1,
  ...asked,
});

/** Rows of unit length from a point for each (particle, coordinate). */
function unitRows(n: number, d: number, point: (i: number, c: number) => number): Float64Array {
  const x = Float64Array.from({ length: n * d }, (_, at) => point(Math.floor(at / d), at % d));
  return x.map((value, at) => {
    const start = at - (at % d);
    return value / Math.hypot(...x.subarray(start, start + d));
  });
}

type Start = (n: number, d: number) => Float64Array;

const STARTS: Record<string, Start> = {
  random(n, d) {
    const { gaussian } = random(n, d);
    return unitRows(n, d, gaussian);
  },
  'a tight cluster'(n, d) {
    const { gaussian } = random(n, d, 1);
    return unitRows(n, d, (_, c) => 1 + c + 1e-7 * gaussian());
  },
  'one point'(n, d) {
    return unitRows(n, d, (_, c) => 1 + c);
  },
  'one against all'(n, d) {
    const { gaussian } = random(n, d, 2);
    return unitRows(n, d, (i, c) => (i === 0 ? -1 : 1) * (1 + c) + 1e-3 * gaussian());
  },
  'two antipodal groups'(n, d) {
    const { gaussian } = random(n, d, 3);
    return unitRows(n, d, (i, c) => (i % 2 ? -1 : 1) * (1 + c) + 0.1 * gaussian());
  },
  'the poles'(n, d) {
    const { gaussian } = random(n, d, 4);
    return unitRows(n, d, (i, c) => (c === d - 1 ? (-1) ** i : 1e-9 * gaussian()));
  },
};

const equalMasses = (n: number) => new Float64Array(n).fill(1 / n);

function someMasses(n: number): Float64Array {
  const { uniform } = random(n, 5);
  const masses = Float64Array.from({ length: n }, (_, i) => (i % 7 === 1 ? 0 : uniform() ** 4));
  const sum = masses.reduce((total, mass) => total + mass, 0);
  return masses.map((mass) => mass / sum);
}

/** The velocities by their definition, from differences so that clusters keep their accuracy. */
function naive(
  { coupling, beta: [beta], sign }: Interaction,
  x: Float64Array,
  masses: Float64Array,
  tangent: boolean,
): Float64Array {
  const n = masses.length;
  const d = x.length / n;
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const own = x.subarray(i * d, (i + 1) * d);
    const a = masses.map((mass, j) => {
      const square = own.reduce((sum, value, c) => sum + (x[j * d + c] - value) ** 2, 0);
      return mass * Math.exp((-beta * square) / 2);
    });
    const total = exactSum(a);
    const scale = sign * (coupling === 'softmax' ? 1 / total : Math.exp(beta));
    const pull = own.map(
      (value, c) => scale * exactSum(a.map((w, j) => w * (x[j * d + c] - value))),
    );
    const along = tangent ? -pull.reduce((sum, v, c) => sum + v * own[c], 0) : scale * total;
    for (let c = 0; c < d; c++) out[i * d + c] = pull[c] + along * own[c];
  }
  return out;
}

async function withField<T>(asked: FieldRequest, use: (field: Field) => T): Promise<T> {
  const field = await spectralEngine().open(asked);
  try {
    return use(field);
  } finally {
    field.close();
  }
}

function velocities(field: Field, x: Float64Array, masses: Float64Array) {
  const [tangent, ambient] = [new Float64Array(x.length), new Float64Array(x.length)];
  field.tangent(x, masses, tangent);
  field.ambient(x, masses, ambient);
  return { tangent, ambient };
}

/** Within the bound that the field states; returns the bound. */
async function compare(
  asked: FieldRequest,
  x: Float64Array,
  masses: Float64Array,
): Promise<number> {
  return withField(asked, (field) => {
    const found = velocities(field, x, masses);
    for (const kind of ['tangent', 'ambient'] as const) {
      const expected = naive(asked.interaction, x, masses, kind === 'tangent');
      expect(found[kind]).toBeAllClose(expected, { absolute: field.floor });
    }
    return field.floor;
  });
}

const BETAS: Record<Dimension, number[]> = {
  2: [0, 1e-6, 0.3, 1, 4, 9, 25, 100],
  3: [0, 1e-6, 0.3, 1, 4, 8],
};

describe.each([2, 3] as const)('the spectral engine in d = %i', (d) => {
  it.each(Object.entries(STARTS))('agrees to 1e-12 on %s', async (_, start) => {
    for (const beta of BETAS[d])
      for (const [n, masses] of [
        [1, equalMasses(1)],
        [2, equalMasses(2)],
        [57, someMasses(57)],
        [150, equalMasses(150)],
      ] as const) {
        const bound = await compare(request({ beta: [beta] }, n, d), start(n, d), masses);
        expect(bound).toBeLessThanOrEqual(1e-12);
      }
  });

  it.each(Object.entries(STARTS))('is exponential attention on %s', async (_, start) => {
    for (const beta of BETAS[d]) {
      const asked = request({ coupling: 'exponential', beta: [beta], sign: -1 }, 80, d);
      const bound = await compare(asked, start(80, d), someMasses(80));
      expect(bound).toBeLessThanOrEqual(Math.max(1e-12, 1e-14 * Math.exp(beta)));
    }
  });

  it.each([1e-3, 1e-6, 1e-9])('keeps an accuracy of %f with fewer terms', async (accuracy) => {
    for (const coupling of ['softmax', 'exponential'] as const) {
      const asked = request({ coupling, beta: [8] }, 200, d, { accuracy });
      for (const start of Object.values(STARTS)) {
        const bound = await compare(asked, start(200, d), equalMasses(200));
        expect(bound).toBeLessThanOrEqual(accuracy);
        expect(bound).toBeGreaterThan(accuracy / 1e3);
      }
    }
  });

  it('takes exponential couplings as they are where nobody is near', async () => {
    const n = 20;
    const masses = equalMasses(n);
    masses[1] += masses[0];
    masses[0] = 0;
    for (const beta of d === 2 ? [8, 50, 300] : [8, 30, 100]) {
      const asked = request({ coupling: 'exponential', beta: [beta] }, n, d);
      await compare(asked, STARTS['one against all'](n, d), masses);
      await compare(asked, STARTS['two antipodal groups'](n, d), masses);
    }
  });

  it('sums over all pairs where a particle hears next to nothing', async () => {
    const n = 300;
    const masses = equalMasses(n);
    masses[1] += masses[0] - 1e-6;
    masses[0] = 1e-6;
    for (const accuracy of [1e-12, 1e-6]) {
      const asked = request({ beta: [8] }, n, d, { accuracy });
      await compare(asked, STARTS['one against all'](n, d), masses);
    }
  });

  it('is the Kuramoto model at β = 0', async () => {
    const [n, x, masses] = [40, STARTS.random(40, d), someMasses(40)];
    const mean = Float64Array.from({ length: d }, (_, c) =>
      masses.reduce((sum, mass, j) => sum + mass * x[j * d + c], 0),
    );
    const { tangent, ambient } = await withField(request({ beta: [0] }, n, d), (field) =>
      velocities(field, x, masses),
    );
    expect(ambient).toBeAllClose(
      x.map((_, at) => mean[at % d]),
      { absolute: 1e-15 },
    );
    const inner = (i: number) => mean.reduce((sum, value, c) => sum + value * x[i * d + c], 0);
    const expected = x.map((value, at) => mean[at % d] - inner(Math.floor(at / d)) * value);
    expect(tangent).toBeAllClose(expected, { absolute: 1e-15 });
  });

  it('gives the same bits on one, two and three threads', { tags: 'slow' }, async () => {
    const n = 20_001;
    const asked = request({ beta: [8] }, n, d, { accuracy: 1e-8 });
    const [x, masses] = [STARTS.random(n, d), equalMasses(n)];
    const alone = await withField(asked, (field) => velocities(field, x, masses));
    const engine = spectralEngine({ spawn: spawnFieldThread, threads: 3 });
    for (const threads of [2, 3]) {
      const field = await engine.open({ ...asked, threads });
      for (let round = 0; round < 12; round++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        const shared = velocities(field, x, masses);
        for (const kind of ['tangent', 'ambient'] as const)
          expect(Buffer.compare(bytes(shared[kind]), bytes(alone[kind]))).toBe(0);
      }
      field.close();
    }
  });

  it('gives NaN for NaN, and sound numbers afterwards with fewer particles', async () => {
    await withField(request({}, 40, d), (field) => {
      const bad = STARTS.random(40, d);
      bad[7] = Number.NaN;
      expect(velocities(field, bad, equalMasses(40)).ambient.every(Number.isNaN)).toBe(true);
      const [x, masses] = [STARTS.random(21, d), someMasses(21)];
      const expected = naive(SOFTMAX, x, masses, true);
      expect(velocities(field, x, masses).tangent).toBeAllClose(expected);
    });
  });

  it('takes rows for directions where they are nearly unit, and refuses v of others', async () => {
    const [x, masses] = [STARTS.random(30, d), equalMasses(30)];
    const longer = x.map((value) => 1.001 * value);
    await withField(request({}, 30, d), (field) => {
      const out = new Float64Array(30 * d);
      field.tangent(longer, masses, out);
      expect(out).toBeAllClose(naive(SOFTMAX, x, masses, true));
      expect(longer[0]).toBe(1.001 * x[0]);
      expect(() => field.ambient(longer, masses, out)).toThrow(InputError);
      expect(() => field.ambient(longer, masses, out)).toThrow('differs from 1 by 2.0e-3');
    });
  });
});

const bytes = (values: Float64Array) => Buffer.from(values.buffer);

describe('growth from the uniform law (linear in the masses without softmax)', () => {
  const RATES = [
    [2, 1],
    [5, 3],
    [9, 4],
    [25, 7],
    [-2, 1],
    [-5, 2],
    [-9, 3],
  ];

  it.each(RATES)('circle, β = %f, mode %i: k² I_k(β)/β', async (beta, k) => {
    const n = 128;
    const angles = Array.from({ length: n }, (_, j) => (2 * Math.PI * j) / n + 0.1);
    const x = Float64Array.from(angles.flatMap((a) => [Math.cos(a), Math.sin(a)]));
    const masses = Float64Array.from(angles, (a) => (1 + Math.cos(k * a)) / n);
    const asked = request({ coupling: 'exponential', beta: [beta] }, n, 2);
    const rate = ((k * k) / beta) * Math.exp(Math.abs(beta)) * scaledBesselI(beta, k)[k];
    const expected = angles.flatMap((a) => {
      const turn = (-rate / k) * Math.sin(k * a);
      return [-turn * Math.sin(a), turn * Math.cos(a)];
    });
    await withField(asked, (field) => {
      const { tangent } = velocities(field, x, masses);
      expect(tangent).toBeAllClose(expected, { absolute: field.floor });
    });
  });

  it.each(RATES)('S², β = %f, degree %i: l(l+1) i_l(β)/β', async (beta, l) => {
    const around = 2 * 48;
    const nodes = gaussLegendre(48);
    const points = nodes.flatMap(([z, weight]) =>
      Array.from({ length: around }, (_, j) => ({ z, weight, angle: (2 * Math.PI * j) / around })),
    );
    const x = Float64Array.from(
      points.flatMap(({ z, angle }) => {
        const r = Math.sqrt(1 - z * z);
        return [r * Math.cos(angle), r * Math.sin(angle), z];
      }),
    );
    const masses = Float64Array.from(
      points,
      ({ z, weight }) => (weight * (1 + legendre(l, z)[0])) / (2 * around),
    );
    const rate =
      ((l * (l + 1)) / beta) * Math.exp(Math.abs(beta)) * scaledSphericalBesselI(beta, l)[l];
    const expected = points.flatMap(({ z }, i) => {
      const slope = (rate / (l * (l + 1))) * legendre(l, z)[1];
      return [0, 1, 2].map((c) => slope * ((c === 2 ? 1 : 0) - z * x[3 * i + c]));
    });
    const asked = request({ coupling: 'exponential', beta: [beta] }, points.length, 3);
    await withField(asked, (field) => {
      const { tangent } = velocities(field, x, masses);
      expect(tangent).toBeAllClose(expected, { absolute: field.floor });
    });
  });

  /** P_l(z) and P_l'(z). */
  function legendre(l: number, z: number): [value: number, slope: number] {
    let [before, value] = [0, 1];
    for (let k = 0; k < l; k++)
      [before, value] = [value, ((2 * k + 1) * z * value - k * before) / (k + 1)];
    return [value, (l * (before - z * value)) / (1 - z * z)];
  }

  /** Nodes and weights on [−1, 1], by Newton's method. */
  function gaussLegendre(count: number): [number, number][] {
    return Array.from({ length: count }, (_, i) => {
      let z = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
      for (let round = 0; round < 8; round++) {
        const [value, slope] = legendre(count, z);
        z -= value / slope;
      }
      return [z, 2 / ((1 - z * z) * legendre(count, z)[1] ** 2)];
    });
  }
});

describe('the series', () => {
  it.each([
    [1, 12],
    [9, 27],
    [25, 43],
  ])('keeps no more terms on the circle than its slopes need: β = %i', (beta, degree) => {
    const found = expand(2, beta, 1e-12 * uniformSum(2, beta))?.degree ?? 0;
    expect([degree - 2, degree - 1, degree]).toContain(found);
  });

  it.each([
    [2, 0.5],
    [2, 25],
    [3, 0.5],
    [3, 8],
  ] as const)('d = %i, β = %f: is off by its tail at most, and not by much less', (d, beta) => {
    const series = expand(d, beta, 1e-4);
    if (!series) throw new Error('expected a series');
    let worst = 0;
    for (let angle = 0; angle < Math.PI; angle += 0.01) {
      const power = Math.exp(beta * (Math.cos(angle) - 1));
      const off = series.sum.reduce((sum, c, k) => sum + c * harmonic(d, k, angle), -power);
      const slope = series.pull.reduce(
        (sum, c, k) => sum + c * pulling(d, k, angle),
        -power * Math.sin(angle),
      );
      const radial = series.radial.reduce(
        (sum, c, k) => sum + c * harmonic(d, k, angle),
        -power * Math.cos(angle),
      );
      worst = Math.max(worst, Math.abs(off) + Math.abs(slope) + Math.abs(radial));
    }
    expect(worst).toBeLessThanOrEqual(series.tail);
    expect(worst).toBeGreaterThan(series.tail / 10);
    expect(series.tail).toBeGreaterThan(1e-6);
  });

  function harmonic(d: Dimension, k: number, angle: number): number {
    if (d === 2) return Math.cos(k * angle);
    let [before, value] = [0, 1];
    for (let l = 0; l < k; l++)
      [before, value] = [value, ((2 * l + 1) * Math.cos(angle) * value - l * before) / (l + 1)];
    return value;
  }

  /** −d/dθ over what `pull` has of it. */
  function pulling(d: Dimension, k: number, angle: number): number {
    if (d === 2) return Math.sin(k * angle);
    return (harmonic(3, k, angle - 1e-5) - harmonic(3, k, angle + 1e-5)) / 2e-5;
  }

  it('has an end', () => {
    expect(expand(2, 1e4, 1e-12)).toBeNull();
    expect(expand(3, 1e4, 1e-12)).toBeNull();
    expect(expand(2, 1e300, 1e-12)).toBeNull();
  });
});

describe('what the spectral engine refuses', () => {
  const { refusal, open } = spectralEngine();
  const one = matrix(2, 2, Float64Array.of(1, 0, 0, 1));
  const weights = { query: one, key: one, value: one, output: one };
  const turned = { ...weights, value: matrix(2, 2, Float64Array.of(0, 1, -1, 0)) };

  it.each([
    ['d = 4', request({}, 10, 4)],
    ['off the sphere', request({}, 10, 2, { space: 'euclidean' })],
    ['causal', request({ causal: true }, 10, 2)],
    ['hardmax', request({ coupling: 'hardmax' }, 10, 2)],
    ['linear', request({ coupling: 'linear' }, 10, 2)],
    ['2 heads', request({ beta: [1, 2] }, 10, 2)],
    ['Q, K, V or O', request({ weights: turned }, 10, 2)],
    ['degree 512', request({ beta: [-1e4] }, 10, 2, { accuracy: 1e-9 })],
    ['degree 512', request({ beta: [1e4] }, 10, 2, { accuracy: 1e-9 })],
    ['degree 128', request({ beta: [1e3] }, 10, 3, { accuracy: 1e-6 })],
    ['round-off', request({ beta: [25] }, 10, 2, { accuracy: 1e-15 })],
    ['accuracy', request({ beta: [25] }, 10, 2, { accuracy: 0 })],
    ['709.7', request({ coupling: 'exponential', beta: [800] }, 10, 2)],
    ['709.7', request({ coupling: 'exponential', beta: [-800] }, 10, 2)],
    ['GB', request({}, 1e8, 3)],
  ])('%s', async (clause, asked) => {
    expect(refusal(asked)).toMatch(clause);
    await expect(open(asked)).rejects.toThrow(InputError);
  });

  it('nothing else', () => {
    for (const beta of [0, 1, 25, -1, -25])
      expect(refusal(request({ beta: [beta] }, 10, 2))).toBeNull();
    expect(refusal(request({ weights }, 10, 2))).toBeNull();
    expect(refusal(request({}, 1e6, 3, { precision: 'float32', accuracy: 1e-6 }))).toBeNull();
  });

  it('the accuracy that it names instead is one that it takes', () => {
    const clause = refusal(request({ beta: [25] }, 10, 2, { accuracy: 1e-15 })) ?? '';
    const accuracy = Number(/ask for (\S+)/.exec(clause)?.[1]);
    expect(refusal(request({ beta: [25] }, 10, 2, { accuracy: 1.1 * accuracy }))).toBeNull();
  });

  it('says what it does, in memory that grows with n alone', async () => {
    const note = await withField(request({ beta: [9] }, 100, 2), (field) => field.note);
    expect(note).toMatch(/harmonics to degree 30 \(31 terms\), velocities off by at most .*e-13/);
    const bytes = [1e6, 2e6].map((n) => spectralBytes({ n, d: 3, degree: 30 }));
    expect(bytes[1] - bytes[0]).toBeLessThan(1e6 * 80);
  });
});
