/** The streams: known answers of Threefry, seeds that count in full, moments of what is drawn. */
import { expect, test } from 'vitest';
import { random } from '../../src/numerics/random.ts';
import { threefry } from '../../src/numerics/threefry.ts';

const word = (value: number) => (value >>> 0).toString(16).padStart(8, '0');

// threefry4x32 20 of kat_vectors in Random123: counter, key, answer
test.each([
  [
    '00000000 00000000 00000000 00000000',
    '00000000 00000000 00000000 00000000',
    '9c6ca96a e17eae66 fc10ecd4 5256a7d8',
  ],
  [
    'ffffffff ffffffff ffffffff ffffffff',
    'ffffffff ffffffff ffffffff ffffffff',
    '2a881696 57012287 f6c7446e a16a6732',
  ],
  [
    '243f6a88 85a308d3 13198a2e 03707344',
    'a4093822 299f31d0 082efa98 ec4e6c89',
    '59cd1dbb b8879579 86b5d00c ac8b6d84',
  ],
])('Threefry of %s under %s', (counter, key, answer) => {
  const words = (text: string) =>
    Int32Array.from(text.split(' '), (part) => Number.parseInt(part, 16));
  const out = new Int32Array(4);
  const [c0, c1, c2, c3] = words(counter);
  threefry(words(key), c0, c1, c2, c3, out);
  expect([...out].map(word).join(' ')).toBe(answer);
});

const begin = (...seeds: number[]) => {
  const { uniform } = random(...seeds);
  return Array.from({ length: 4 }, uniform).join();
};

test('two seeds share no steps, as they did where both were hashed to 32 bits', () => {
  const [noise, steps] = [0x6e6f, 4096];
  const seen = new Set<string>();
  for (let step = 0; step < steps; step++)
    for (const seed of [300, 558]) seen.add(begin(seed, noise, step));
  expect(seen.size).toBe(2 * steps);
});

test('every bit of a seed counts, and so do the length and the order of a list', () => {
  const large = Array.from({ length: 53 }, (_, bit) => [2 ** bit]);
  const lists = [
    ...large,
    ...large.map(([seed]) => [-seed]),
    ...large.map(([seed]) => [7, seed]),
    ...[[0], [0, 0], [0, 0, 0], [2, 3], [3, 2], [2 ** 32 + 3], [0.5], [Number.MAX_SAFE_INTEGER]],
  ];
  expect(new Set(lists.map((seeds) => begin(...seeds))).size).toBe(lists.length);
  expect(begin(-0)).toBe(begin(0));
  expect(begin(1, 2)).toBe(begin(1, 2));
});

test('moments of uniform, integer and gaussian, also over the first numbers of many streams', () => {
  const count = 200_000;
  const one = random(1);
  const draws = {
    'one stream': () => one.gaussian(),
    'many streams': (i: number) => random(2, i).gaussian(),
  };
  for (const draw of Object.values(draws)) {
    const values = Float64Array.from({ length: count }, (_, i) => draw(i));
    const moment = (power: number) => values.reduce((sum, x) => sum + x ** power, 0) / count;
    // four standard errors: Var x^k = E x^{2k} − (E x^k)²
    for (const [power, mean, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
      [6, 15, 10170],
    ])
      expect(Math.abs(moment(power) - mean)).toBeLessThan(4 * Math.sqrt(variance / count));
  }
  const { integer } = random(3);
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 70_000; i++) counts[integer(7)]++;
  const square = counts.reduce((sum, found) => sum + (found - 10_000) ** 2 / 10_000, 0);
  // χ² with 6 degrees of freedom is above 22.5 once in a thousand times
  expect(square).toBeLessThan(22.5);
});
