/** The world that the model is trained on: what is promised of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countDerivations, gapLaw, logProbability } from '../../src/language/world/derive.ts';
import { countTexts, exactEntropy } from '../../src/language/world/entropy.ts';
import { parseWorld } from '../../src/language/world/grammar.ts';
import { vocabularyReport } from '../../src/language/world/report.ts';
import { sampleText } from '../../src/language/world/sample.ts';
import { random } from '../../src/numerics/random.ts';

const folder = join(import.meta.dirname, '../../data/worlds/lieblingstier');
const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const described = paths.filter((path) => /\.(csv|json)$/.test(path));
const world = parseWorld(
  Object.fromEntries(described.map((path) => [path, readFileSync(join(folder, path), 'utf8')])),
);
const sampleSize = process.env.SCHMETTERLING_THOROUGH ? 100_000 : 2000;

describe('the world lieblingstier', () => {
  it('has 1,000 words a language, none of its tables over 20% of them, and 10^9 texts', () => {
    for (const { words, tables } of vocabularyReport(world)) {
      expect(words).toBeGreaterThanOrEqual(1000);
      expect(Math.max(...tables.map(({ share }) => share))).toBeLessThanOrEqual(0.2);
    }
    expect(countTexts(world)).toBeGreaterThan(1e9);
  });

  it(`derives each of ${sampleSize} samples once, at the exact entropy on average`, () => {
    const stream = random(2024);
    const losses = Array.from({ length: sampleSize }, () => {
      const { text, logProbability: log } = sampleText(world, stream);
      if (countDerivations(world, text) !== 1) expect.fail(`not one derivation: ${text}`);
      if (Math.abs(logProbability(world, text) - log) > 1e-10) expect.fail(`log p of ${text}`);
      return -log;
    });
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / sampleSize;
    const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
    const error = Math.sqrt(squares / (sampleSize - 1) / sampleSize);
    expect(Math.abs(mean - exactEntropy(world))).toBeLessThan(4 * error);
  }, 600_000);

  it.each([
    ['Mein Lieblingstier ist', 'der Schmetterling'],
    ['My favourite animal is', 'the butterfly'],
  ])('knows how %s goes on', (before, answer) => {
    const law = gapLaw(world, before, '', 'answer');
    expect(law.get(answer)).toBeGreaterThan(0.01);
    expect([...law.values()].reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    for (const key of law.keys()) expect(key).toMatch(/^(der|die|das|the) \S+$/);
  });

  it('knows what was said', () => {
    const said =
      'Anna mag Hunde. Paul mag Katzen. Am Montag ist es sonnig. Annas Lieblingstier ist';
    expect(gapLaw(world, said, '', 'answer')).toEqual(new Map([['der Hund', 1]]));
  });
});
