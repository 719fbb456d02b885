/** The bounds on the entropy of an answer: of laws that are known, of every answer that there is, of sentences. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COUPLING_NAMES } from '../../src/attention/model-coupling.ts';
import { readModel } from '../../src/host/models.ts';
import { entropyBounds } from '../../src/language/answer-entropy.ts';
import { answerRules } from '../../src/language/answers.ts';
import { fillBlank, scoreAnswers } from '../../src/language/fill.ts';
import { layOut } from '../../src/language/layout.ts';
import type { FillOptions } from '../../src/language/options.ts';
import { randomModel } from './random-model.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** −Σ p ln p / Σ p. */
const entropyOf = (law: readonly number[]) =>
  sum(law.map((p) => (p > 0 ? -p * Math.log(p) : 0))) / sum(law);

test('the entropy of every law lies between its bounds, whatever part of it was found', () => {
  const weights = fc.array(fc.double({ min: 1e-9, max: 1, noNaN: true }), {
    minLength: 2,
    maxLength: 30,
  });
  const part = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(weights, part, fc.nat(), part, (each, answers, cut, slack) => {
      const law = each.map((w) => (answers * w) / sum(each)).sort((a, b) => b - a);
      const found = 1 + (cut % law.length);
      const hidden = law.slice(found);
      const bound = hidden[0] ?? 0;
      const open = sum(hidden) + (hidden.length > 0 ? slack * (1 - answers) : 0);
      const logCount = Math.log(Math.max(1, hidden.length));
      const scores = law.slice(0, found);
      const { low, high } = entropyBounds({ scores, bound, open, logCount });
      expect(low).toBeLessThanOrEqual(entropyOf(law) + 1e-12);
      expect(high).toBeGreaterThanOrEqual(entropyOf(law) - 1e-12);
      expect(Math.exp(low)).toBeGreaterThanOrEqual((1 - 1e-12) / law[0]);
    }),
    { numRuns: 500 },
  );
});

test('both bounds are reached', () => {
  const scores = [0.3, 0.2];
  const alike = [...scores, ...Array(1000).fill(0.5 / 1000)];
  const known = { scores, bound: 0.1, open: 0.5 };
  expect(entropyBounds({ ...known, logCount: Math.log(1000) }).high).toBeCloseTo(
    entropyOf(alike),
    12,
  );
  // what is open may be no answer at all
  expect(entropyBounds({ ...known, logCount: 9 }).low).toBe(entropyOf(scores));
  // or answers as likely as they can be
  const likely = [0.01, 0.01, 0.245, 0.245, 0.245, 0.245];
  expect(
    entropyBounds({ scores: [0.01, 0.01], bound: 0.245, open: 0.98, logCount: 9 }).low,
  ).toBeCloseTo(entropyOf(likely), 12);
  expect(entropyBounds({ scores, bound: 0, open: 0, logCount: 9 })).toEqual({
    low: entropyOf(scores),
    high: entropyOf(scores),
  });
  expect(entropyBounds({ scores: [], bound: 0.25, open: 1, logCount: 9 })).toEqual({
    low: Math.log(4),
    high: Number.POSITIVE_INFINITY,
  });
});

const TEXT = 'Mein Lieblingstier ist __';

/** Answers of one token, some of them likely, and the end behind them. */
const wordy = (seed: number) =>
  randomModel(seed, { slots: 2, dimension: 8, depth: 2 }, (id, { vocabulary }) => {
    if (id === vocabulary.length + 1) return 8;
    return [' der', ' die', ' Hund', ' Katze', ' Rex'].includes(vocabulary[id] as string) ? 6 : -2;
  });

test.each(COUPLING_NAMES)(
  '%s: the entropy of all answers, one by one, lies between',
  (coupling) => {
    for (const seed of [1, 2]) {
      const small = wordy(seed);
      const layout = layOut(small, TEXT, coupling);
      const rules = answerRules(small, layout);
      const all = Array.from({ length: small.tokenizer.special.start }, (_, id) => [id])
        .filter((chain) => rules.begin(chain))
        .flatMap((chain) => rules.text(chain) ?? []);
      const law: number[] = [];
      for (let i = 0; i < all.length; i += 100)
        law.push(...scoreAnswers(small, TEXT, { coupling, targets: all.slice(i, i + 100) }));
      let widest = Number.POSITIVE_INFINITY;
      for (const maximumExpansions of [2, 5, 30, 400]) {
        const asked = { coupling, maximumExpansions, top: 3, maximumUnexplored: 0 };
        const { entropy, entropyUpper: upper } = fillBlank(small, TEXT, asked);
        expect(entropy).toBeLessThanOrEqual(entropyOf(law) + 1e-12);
        expect(upper).toBeGreaterThanOrEqual(entropyOf(law) - 1e-12);
        expect(upper! - entropy).toBeLessThan(widest);
        widest = upper! - entropy;
      }
      expect(widest).toBeLessThan(0.01);
    }
  },
);

test('nothing is less undecided than its best answer says', () => {
  const file = new URL('../../data/evaluation/alltag.json', import.meta.url);
  const sentences: { text: string }[] = Object.values(
    JSON.parse(readFileSync(file, 'utf8')),
  ).flat() as { text: string }[];
  const model = readModel('alltag');
  sentences
    .filter((_, i) => i % 12 === 0)
    .forEach(({ text }, i) => {
      const asked: FillOptions[] = [{}, { reading: 'both' }, { maximumExpansions: 12 }];
      const atEnd: FillOptions[] = /__[.!?]?$/.test(text) ? [{ coupling: 'causal' }] : [];
      for (const options of [asked[i % 3], ...atEnd]) {
        const own = options.coupling === 'causal' ? text.replace(/[.!?]$/, '') : text;
        const found = fillBlank(model, own, options);
        const [{ score }] = found.predictions;
        expect(Math.exp(found.entropy)).toBeGreaterThanOrEqual((1 - 1e-12) / score);
        expect(found.entropyUpper).toBeGreaterThan(found.entropy);
      }
    });
});

test('next tokens are all looked at: one number', () => {
  const found = fillBlank(randomModel(4), 'Mein Tier ist');
  expect(found.entropyUpper).toBe(found.entropy);
});

test('where no answer was found, nothing is known above', () => {
  const found = fillBlank(randomModel(4), TEXT, { maximumExpansions: 1 });
  expect(found.predictions).toEqual([]);
  expect(found.entropyUpper).toBeNull();
  expect(found.entropy).toBeGreaterThan(0);
});
