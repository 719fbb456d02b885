/** The kernels of float32 forward passes against the reference engine, within float32. */
import { setFloat16 } from '@petamoriken/float16';
import { describe, expect, it } from 'vitest';
import { float32Engine, type HeldType } from '../../src/engines/float32/engine.ts';
import { projectTransposed, referenceAlgebra } from '../../src/engines/reference.ts';
import { type Float64Tensor, tensor } from '../../src/engines/tensor.ts';
import { type FieldThreadStart, hasJoined } from '../../src/engines/wasm/threads.ts';
import { spawnFieldThread } from '../../src/host/field-threads.ts';
import { random } from '../../src/numerics/random.ts';
import { activationOf } from '../../src/pretrained/activations.ts';

const ROUND_OFF = { absolute: 2e-6, relative: 2e-6 };

/** Gaussian numbers of float32, in both widths. */
function gaussians(shape: number[], seed: number) {
  const stream = random(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  const data = Float32Array.from({ length: size }, () => stream.gaussian());
  return { narrow: { shape, data }, wide: tensor(shape, Float64Array.from(data)) };
}

const engine = float32Engine();

/** A weight in the engine's memory and what it holds. */
function held(values: Float64Array, type: HeldType) {
  const bytes = engine.reserve(values.length * (type === 'F32' ? 4 : 2));
  if (type === 'F32') {
    const data = new Float32Array(bytes.buffer, bytes.byteOffset, values.length);
    data.set(values);
    return { data, values };
  }
  const data = new Uint16Array(bytes.buffer, bytes.byteOffset, values.length);
  const view = new DataView(new ArrayBuffer(4));
  const kept = values.map((value, i) => {
    if (type === 'F16') setFloat16(view, 0, value);
    else view.setFloat32(0, value);
    data[i] = view.getUint16(0);
    if (type === 'BF16') view.setUint32(0, data[i] << 16);
    return type === 'F16' ? valueOfHalf(data[i]) : view.getFloat32(0);
  });
  return { data, values: kept };
}

/** The number of a half's bits, by the definition of the format. */
function valueOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return sign * (exponent === 0 ? 2 ** -14 * fraction : 2 ** (exponent - 15) * (1 + fraction));
}

describe('products', () => {
  const sizes = [
    [1, 1, 1],
    [5, 7, 3],
    [4, 8, 2],
    [13, 30, 17],
    [32, 384, 65],
  ] as const;
  const types: HeldType[] = ['F32', 'F16', 'BF16'];
  const cases = types.flatMap((type) =>
    sizes.map(([rows, inner, outs]) => ({ type, rows, inner, outs })),
  );
  it.each(cases)(
    'with weights of $type, $rows rows, $inner to $outs',
    ({ type, rows, inner, outs }) => {
      const x = gaussians([rows, inner], 1);
      const weight = gaussians([outs, inner], 2).wide.data;
      // also what is too small for a normal half
      weight[0] = 3e-7;
      const { data, values } = held(weight, type);
      const bias = gaussians([outs], 3).narrow.data;
      const wanted = projectTransposed(x.wide, tensor([outs, inner], values)).data;
      const scale = { absolute: 2e-6 * Math.sqrt(inner), relative: 2e-6 };
      expect(engine.product(x.narrow.data, data, type, null, inner)).toBeAllClose(wanted, scale);
      const shifted = wanted.map((value, i) => value + bias[i % outs]);
      expect(engine.product(x.narrow.data, data, type, bias, inner)).toBeAllClose(shifted, scale);
    },
  );
});

describe.each([
  [1, 1, 1, 3],
  [7, 7, 2, 5],
  [33, 33, 3, 32],
  [2, 9, 4, 6],
])('attention of %d queries to %d keys, %d heads of %d', (n, m, heads, size) => {
  const q = gaussians([n, heads * size], 4);
  const k = gaussians([m, heads * size], 5);
  const beta = Array.from({ length: heads }, (_, h) => 0.3 + h);
  // query i is the key m − n + i and sees what is not behind it
  const mask = Float64Array.from({ length: n * m }, (_, at) =>
    Number(at % m <= m - n + Math.floor(at / m)),
  );
  const same = (found: { data: Float32Array }, wanted: Float64Tensor) =>
    expect(found.data).toBeAllClose(wanted.data, { absolute: 1e-5, relative: 1e-5 });

  it.each([
    ['', null],
    [' behind a mask', mask],
  ])('is the reference%s', (_, shown) => {
    const scores = engine.headScores(q.narrow, k.narrow, heads);
    const wantedScores = referenceAlgebra.headScores(q.wide, k.wide, heads);
    same(scores, wantedScores);
    const narrow = shown && { shape: [n, m], data: Float32Array.from(shown) };
    const coupling = engine.softmax(scores, beta, narrow);
    const wanted = referenceAlgebra.softmax(wantedScores, beta, shown && tensor([n, m], shown));
    same(coupling, wanted);
    same(
      engine.headMix(coupling, k.narrow, heads),
      referenceAlgebra.headMix(wanted, k.wide, heads),
    );
  });
});

it.each([
  ['geluErf', 'gelu'],
  ['geluTanh', 'gelu_new'],
  ['silu', 'silu'],
] as const)('%s is %s', (kernel, name) => {
  const x = Float32Array.from({ length: 2003 }, (_, i) => (i - 1001) / 50);
  const wanted = Float64Array.from(x, activationOf(name));
  engine.activate(x, kernel);
  expect(x).toBeAllClose(wanted, ROUND_OFF);
});

describe.each(['layer', 'rms'] as const)('a norm (%s)', (kind) => {
  it.each([
    [1, 1, false],
    [5, 7, true],
    [33, 64, false],
    [17, 387, true],
  ])('of %d rows of %d numbers, with a bias: %s', (rows, size, biased) => {
    const x = gaussians([rows, size], 9).narrow.data;
    // one huge number beside small ones, as some networks have it
    x[x.length - 1] = 3e4;
    const gain = gaussians([size], 10).narrow.data;
    const bias = biased ? gaussians([size], 11).narrow.data : null;
    const epsilon = 2 ** -10;
    const wanted = Float64Array.from(x);
    for (let start = 0; start < x.length; start += size) {
      const row = Float64Array.from(x.subarray(start, start + size));
      const average = (list: Float64Array) => list.reduce((sum, value) => sum + value, 0) / size;
      const mean = kind === 'layer' ? average(row) : 0;
      const scale = Math.sqrt(average(row.map((value) => (value - mean) ** 2)) + epsilon);
      row.forEach((value, c) => {
        wanted[start + c] = (gain[c] * (value - mean)) / scale + (bias?.[c] ?? 0);
      });
    }
    const found = engine.norm(x, { kind, gain, bias, epsilon });
    expect(found).toBeAllClose(wanted, { absolute: 1e-7, relative: 1e-7 });
  });
});

it('weights that the kernels cannot address are refused', () => {
  expect(() => engine.reserve(2 ** 32)).toThrow(/4\.00 GiB, the kernels address 4 GiB/);
});

it('threads give the bits of one, and may end', async () => {
  const starts: FieldThreadStart[] = [];
  const several = float32Engine({
    threads: 3,
    spawn(start) {
      starts.push(start);
      return spawnFieldThread(start);
    },
  });
  await expect.poll(() => starts.filter(hasJoined).length, { interval: 5 }).toBe(2);
  const [rows, width, outs, heads] = [70, 96, 310, 12];
  const x = gaussians([rows, width], 6).narrow;
  const weight = gaussians([outs, width], 7).narrow.data;
  const numbers = (of: typeof engine) => {
    const bytes = of.reserve(weight.byteLength);
    const w = new Float32Array(bytes.buffer, bytes.byteOffset, weight.length);
    w.set(weight);
    const wide = of.product(x.data, w, 'F32', null, width);
    const long = Float32Array.from({ length: 250_000 }, (_, i) => wide[i % wide.length]);
    of.activate(long, 'geluErf');
    // repeated so that every kernel is worth sharing
    const many = { shape: [4 * rows, width], data: gaussians([4 * rows, width], 8).narrow.data };
    const scores = of.headScores(many, many, heads);
    const coupling = of.softmax(scores, new Array(heads).fill(0.4), null);
    const mixed = of.headMix(coupling, many, heads).data;
    const gain = x.data.subarray(0, 500);
    const normed = of.norm(long, { kind: 'layer', gain, bias: null, epsilon: 1e-5 });
    const all = [wide, long, scores.data, coupling.data, mixed, normed];
    return all.map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength)),
    );
  };
  const wanted = numbers(engine);
  // as bytes: a million numbers one by one take the comparison half a minute
  const differ = () => numbers(several).map((found, k) => !found.equals(wanted[k]));
  const none = wanted.map(() => false);
  for (let round = 0; round < 4; round++) expect(differ()).toEqual(none);
  several.close();
  expect(differ()).toEqual(none);
});
