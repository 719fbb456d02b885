/** Vectors, by hand and against each other; and that nobody writes them a second time. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identity, product } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { divergence, entropy, totalVariation } from '../../src/numerics/statistics.ts';
import * as vectors from '../../src/numerics/vectors.ts';

const {
  argmax,
  distance,
  dot,
  largestDifference,
  largestOf,
  norm,
  shapeSize,
  squaredNorm,
  sumOf,
  unitVector,
} = vectors;
const SOURCE = join(import.meta.dirname, '..', '..', 'src');

describe('vectors', () => {
  const x = [3, -4, 0];
  const y = Float64Array.of(1, 2, -2);

  it('are multiplied, measured and summed', () => {
    expect(dot(x, y)).toBe(-5);
    expect([squaredNorm(x), norm(x), norm(y)]).toEqual([25, 5, 3]);
    expect(distance(x, y)).toBeCloseTo(Math.sqrt(4 + 36 + 4), 14);
    expect([sumOf(x), sumOf([])]).toEqual([-1, 0]);
    expect(largestDifference(x, y)).toBe(6);
  });

  it('tell their largest value, and where it stands first', () => {
    expect([largestOf(x), largestOf([-2, -3], 0), largestOf([])]).toEqual([3, 0, -Infinity]);
    expect([argmax(x), argmax([1, 5, 5]), argmax([-2])]).toEqual([0, 1, 0]);
    expect(largestOf([1, Number.NaN, 2])).toBeNaN();
  });

  it('of the axes are the rows of the identity, which changes nothing', () => {
    const { data } = identity(3);
    expect([...data]).toEqual([0, 1, 2].flatMap((k) => [...unitVector(k, 3)]));
    const { uniform } = random(5);
    const m = { rows: 3, columns: 3, data: Float64Array.from({ length: 9 }, uniform) };
    expect(product(m, identity(3)).data).toEqual(m.data);
  });

  it('fill a shape', () => {
    expect([shapeSize([2, 3, 4]), shapeSize([7]), shapeSize([]), shapeSize([3, 0])]).toEqual([
      24, 7, 1, 0,
    ]);
  });
});

describe('two laws', () => {
  const p = [0.5, 0.5, 0];
  const q = [0.25, 0.5, 0.25];

  it('are as far apart as their divergence and their total variation say', () => {
    expect(divergence(p, q)).toBeCloseTo(0.5 * Math.LN2, 15);
    expect(divergence(q, p)).toBe(Infinity);
    expect(totalVariation(p, q)).toBe(0.25);
    const even = [1, 1, 1].map((one) => one / 3);
    expect(divergence(q, even)).toBeCloseTo(Math.log(3) - entropy(q), 14);
  });
});

describe('one definition', () => {
  const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(SOURCE, path), 'utf8') }));
  const once = [...Object.keys(vectors), 'identity', 'entropy', 'mean', 'divergence', 'asMatrix'];

  it.each(once)('%s stands in one file', (name) => {
    const defined = new RegExp(`^(?:export )?(?:function ${name}\\b|const ${name} =)`, 'm');
    const files = sources.filter(({ text }) => defined.test(text)).map(({ path }) => path);
    expect(files).toHaveLength(1);
  });
});
