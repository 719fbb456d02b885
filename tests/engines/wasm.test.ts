/** What is special to the wasm engine: narrow heads, powers of two, threads, refusals. For every dynamics: wasm-fields.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Interaction } from '../../src/attention/interaction.ts';
import type { Field, FieldRequest } from '../../src/engines/field.ts';
import { wasmEngine } from '../../src/engines/wasm/engine.ts';
import { GROUPS, placeJob, runJob } from '../../src/engines/wasm/job.ts';
import { fieldModule } from '../../src/engines/wasm/kernels.ts';
import { arraysBegin, SCRATCH_BYTES } from '../../src/engines/wasm/memory.ts';
import { startCrew } from '../../src/engines/wasm/threads.ts';
import { spawnFieldThread } from '../../src/host/field-threads.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { type Matrix, matrix } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { referenceTruth } from './fields.ts';

const IDENTITY: Interaction = {
  coupling: 'softmax',
  causal: false,
  beta: [4],
  weights: null,
  sign: 1,
  tie: 1e-9,
};
/** Absolute, for velocities of order 1. */
const TOLERANCE = { float32: 2e-6, float64: 2e-14 } as const;
const PRECISIONS = ['float32', 'float64'] as const;

const request = (
  interaction: Interaction,
  n: number,
  d: number,
  precision: FieldRequest['precision'] = 'float64',
): FieldRequest => ({ interaction, n, d, precision, accuracy: 1e-12, threads: 1 });

function unitRows(n: number, d: number, seed = 1): Float64Array {
  const { gaussian } = random(seed);
  const x = Float64Array.from({ length: n * d }, gaussian);
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    const length = Math.hypot(...row);
    for (let c = 0; c < d; c++) row[c] /= length;
  }
  return x;
}

function someMasses(n: number, seed = 2): Float64Array {
  const { uniform } = random(seed);
  const masses = Float64Array.from({ length: n }, () => 0.1 + uniform());
  const sum = masses.reduce((total, mass) => total + mass, 0);
  return masses.map((mass) => mass / sum);
}

const equalMasses = (n: number) => new Float64Array(n).fill(1 / n);

function gaussianMatrix(rows: number, columns: number, seed: number): Matrix {
  const { gaussian } = random(seed);
  const data = Float64Array.from({ length: rows * columns }, () => gaussian() / Math.sqrt(rows));
  return matrix(rows, columns, data);
}

const identity = (d: number) =>
  matrix(
    d,
    d,
    Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0)),
  );

async function withField<T>(asked: FieldRequest, use: (field: Field) => T): Promise<T> {
  const field = await wasmEngine().open(asked);
  try {
    return use(field);
  } finally {
    field.close();
  }
}

function both(field: Field, x: Float64Array, masses: Float64Array) {
  const [tangent, ambient] = [new Float64Array(x.length), new Float64Array(x.length)];
  field.tangent(x, masses, tangent);
  field.ambient(x, masses, ambient);
  return { tangent, ambient };
}

async function compare(
  interaction: Interaction,
  x: Float64Array,
  masses: Float64Array,
  precision: FieldRequest['precision'],
  absolute: number = TOLERANCE[precision],
) {
  const [n, d] = [masses.length, x.length / masses.length];
  const found = await withField(request(interaction, n, d, precision), (field) =>
    both(field, x, masses),
  );
  for (const kind of ['tangent', 'ambient'] as const) {
    const expected = referenceTruth(interaction, x, masses, kind);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    expect(found[kind]).toBeAllClose(expected, { absolute: absolute * largest });
  }
}

describe.each(PRECISIONS)('the wasm engine in %s', (precision) => {
  it.each([
    [1, 2],
    [1, 3],
    [1, 16],
    [2, 2],
    [7, 3],
    [33, 4],
    [300, 2],
    [301, 3],
    [270, 4],
    [30, 1],
    [45, 5],
    [161, 16],
    [70, 64],
    [37, 128],
  ])('is softmax attention for n = %i, d = %i', async (n, d) => {
    for (const causal of [false, true])
      for (const masses of [equalMasses(n), someMasses(n)])
        await compare({ ...IDENTITY, causal }, unitRows(n, d), masses, precision);
  });

  it.each(['softmax', 'exponential', 'linear'] as const)(
    'takes any Q, K, V, O and several heads: %s',
    async (coupling) => {
      const [n, d, width] = [140, 6, 9];
      const weights = {
        query: gaussianMatrix(d, width, 3),
        key: gaussianMatrix(d, width, 4),
        value: gaussianMatrix(d, width, 5),
        output: gaussianMatrix(width, d, 6),
      };
      for (const causal of [false, true]) {
        const interaction: Interaction = {
          ...IDENTITY,
          coupling,
          causal,
          weights,
          beta: [0.5, 3, 9],
          sign: -1,
        };
        await compare(
          interaction,
          unitRows(n, d),
          someMasses(n),
          precision,
          10 * TOLERANCE[precision],
        );
      }
    },
  );

  it('takes values of its own with the scores of the particles', async () => {
    const d = 5;
    const weights = {
      query: identity(d),
      key: identity(d),
      value: gaussianMatrix(d, d, 5),
      output: gaussianMatrix(d, d, 6),
    };
    await compare({ ...IDENTITY, weights }, unitRows(50, d), someMasses(50), precision);
  });

  it('repels with sign −1, also at β = 0 and at β < 0', async () => {
    for (const beta of [0, -2, 4])
      await compare(
        { ...IDENTITY, sign: -1, beta: [beta] },
        unitRows(20, 3),
        equalMasses(20),
        precision,
      );
  });

  it('does not take particles for unit vectors that are none', async () => {
    const x = unitRows(60, 3).map((value) => 1.5 * value);
    const field = (i: Field) => both(i, x, equalMasses(60)).ambient;
    for (const coupling of ['softmax', 'exponential'] as const) {
      const interaction = { ...IDENTITY, coupling };
      const found = await withField(request(interaction, 60, 3, precision), field);
      const expected = referenceTruth(interaction, x, equalMasses(60), 'ambient');
      const largest = Math.max(...expected.map(Math.abs));
      expect(found).toBeAllClose(expected, { absolute: TOLERANCE[precision] * largest });
    }
  });

  it('gives NaN for NaN, and sound numbers afterwards with fewer particles', async () => {
    for (const d of [3, 8])
      await withField(request(IDENTITY, 40, d, precision), (field) => {
        const bad = unitRows(40, d);
        bad[7] = Number.NaN;
        const found = both(field, bad, equalMasses(40));
        expect(found.tangent.every(Number.isNaN) && found.ambient.every(Number.isNaN)).toBe(true);
        const x = unitRows(21, d);
        const expected = referenceTruth(IDENTITY, x, someMasses(21), 'tangent');
        expect(both(field, x, someMasses(21)).tangent).toBeAllClose(expected, {
          absolute: TOLERANCE[precision],
        });
      });
  });

  it('gives the same bits on one, two and three threads', { tags: 'slow' }, async () => {
    const engine = wasmEngine({ spawn: spawnFieldThread, threads: 3 });
    for (const [n, d, causal] of [
      [1001, 3, false],
      [700, 10, true],
    ] as const) {
      const asked = request({ ...IDENTITY, causal }, n, d, precision);
      const [x, masses] = [unitRows(n, d), someMasses(n)];
      const alone = await withField(asked, (field) => both(field, x, masses).tangent);
      for (const threads of [2, 3]) {
        const field = await engine.open({ ...asked, threads });
        for (let round = 0; round < 30; round++) {
          const shared = both(field, x, masses).tangent;
          expect(Buffer.compare(Buffer.from(shared.buffer), Buffer.from(alone.buffer))).toBe(0);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        field.close();
      }
    }
  });
});

describe.each(PRECISIONS)('the power of two in %s', (precision) => {
  /** 2^t for as many t as a group has lanes: one key with score 0, and −t as the shifts. */
  function powers(): (t: number) => number {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
    const crew = startCrew(memory, 1, undefined, fieldModule());
    const arrays = placeJob(memory, arraysBegin(1), { n: 1, width: 4, precision });
    const settings = {
      n: 1,
      width: 4,
      slope: 0,
      tie: 0,
      causal: false,
      valuesAreKeys: true,
    };
    arrays.bias.fill(Number.NEGATIVE_INFINITY, 1);
    return (t) => {
      arrays.shift[0] = -t;
      runJob(memory, arrays, { ...settings, form: 'shifted' }, crew);
      return arrays.out[4 * arrays.lanes];
    };
  }

  it('is within two units in the last place, exact at 0, and 0 where the type ends', () => {
    const power = powers();
    const { uniform } = random(3);
    const [lowest, unit] = precision === 'float32' ? [-126, 2 ** -23] : [-1022, 2 ** -52];
    let worst = 0;
    for (let round = 0; round < 20_000; round++) {
      const t = lowest * uniform() ** 2;
      const rounded = precision === 'float32' ? Math.fround(t) : t;
      const last = unit * 2 ** Math.floor(rounded);
      worst = Math.max(worst, Math.abs(power(rounded) - 2 ** rounded) / last);
    }
    // 1.2 against exact powers; JavaScript's own are wrong by up to one.
    expect(worst).toBeLessThanOrEqual(2);
    for (const whole of [0, -1, -17, lowest]) expect(power(whole)).toBe(2 ** whole);
    for (const t of [lowest - 1, 10 * lowest, Number.NEGATIVE_INFINITY]) expect(power(t)).toBe(0);
    for (const t of [lowest - 0.3, lowest - 0.7]) expect(power(t)).toBeLessThan(2 ** lowest);
    expect(power(Number.NaN)).toBeNaN();
  });
});

describe('the threads of the wasm engine', () => {
  const memory = () => new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });

  it('agree with the kernels about the layout', () => {
    const { exports } = new WebAssembly.Instance(fieldModule().module, {
      env: { memory: memory() },
    });
    const kernels = exports as Record<string, (...sizes: number[]) => number>;
    expect(kernels.scratchBytes()).toBe(SCRATCH_BYTES);
    expect([kernels.blockSize(4), kernels.blockSize(8)]).toEqual([8 * GROUPS, 4 * GROUPS]);
  });

  it('join when they are up, and a job does not wait for them', async () => {
    const crew = startCrew(memory(), 3, spawnFieldThread, fieldModule());
    crew.run('near32', 1, true);
    expect(crew.size()).toBe(1);
    const joined = () => {
      crew.run('near32', 1, true);
      return crew.size();
    };
    await expect.poll(joined, { interval: 10 }).toBe(3);
    crew.run('near32', 1, false);
    expect(crew.size()).toBe(1);
    crew.close();
  });

  it('are not missed when they never come', () => {
    const crew = startCrew(memory(), 4, () => ({ stop() {} }), fieldModule());
    crew.run('attend64', 1, true);
    crew.close();
  });
});

describe('what the wasm engine refuses', () => {
  const usa = (beta: number) => ({ ...IDENTITY, coupling: 'exponential', beta: [beta] }) as const;

  it('e^β beyond the type, with the largest usable β and the remedy', async () => {
    const { refusal, open } = wasmEngine();
    const asked = request(usa(100), 10, 3, 'float32');
    expect(refusal(asked)).toMatch(
      /β = 100: the largest usable β is 88.7, float64 takes up to 709.7/,
    );
    await expect(open(asked)).rejects.toThrow(InputError);
    expect(refusal(request(usa(100), 10, 3, 'float64'))).toBeNull();
    expect(refusal(request(usa(88), 10, 3, 'float32'))).toBeNull();
    expect(refusal(request(usa(800), 10, 3, 'float64'))).toMatch('709.7');
  });

  it('hardmax in float32, and more particles than its memory holds', () => {
    const { refusal } = wasmEngine();
    const hardmax = { ...IDENTITY, coupling: 'hardmax' } as const;
    expect(refusal(request(hardmax, 10, 3, 'float32'))).toMatch('use float64');
    expect(refusal(request(IDENTITY, 1e8, 64))).toMatch('GB');
  });

  it('states its floor and what it does', async () => {
    await withField(request(usa(2), 5, 3, 'float32'), ({ floor, note }) => {
      expect(floor).toBeCloseTo(8 * 2 ** -24 * Math.exp(2), 10);
      expect(note).toMatch('float32');
    });
  });
});
