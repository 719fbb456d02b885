/** The evaluation on plain text: errors, baselines, and that it is of what it says. */
import { describe, expect, it } from 'vitest';
import { baselineCosts, baselineRecord } from '../../src/language/evaluation/baselines.ts';
import { textLoss } from '../../src/language/evaluation/causal.ts';
import {
  costDifference,
  estimate,
  lossRecord,
  ratioEstimate,
} from '../../src/language/evaluation/estimates.ts';
import { languageOf } from '../../src/language/evaluation/held-out.ts';
import { evaluateTexts } from '../../src/language/evaluation/texts.ts';
import { trainKneserNey } from '../../src/language/kneser-ney.ts';
import { random } from '../../src/numerics/random.ts';
import { tinyStart } from './training/tiny-run.ts';
import { tinySentences } from './training/tiny-text.ts';

const { model } = await tinyStart();
const sentences = tinySentences(60);
const held = { texts: sentences.slice(0, 12), training: sentences.slice(12) };
const settings = {
  seed: 3,
  texts: 8,
  depthTexts: 4,
  blankTexts: 6,
  depthBlankTexts: 3,
  depths: [2, 3] as const,
};

describe('a ratio', () => {
  it('by hand: 1/2 and 5/2 are 6/4, with the errors −1/2 and 1/2 of a ratio of means', () => {
    // R = 6/4; a − R b = 1 − 3 = −2 and 5 − 3 = 2: a standard error of √(8/1/2) = 2 over b̄ = 2
    expect(ratioEstimate([1, 5], [2, 2])).toEqual({ mean: 1.5, standardError: 1 });
  });

  it('has no error where every draw has the same one, and one of a mean where b is 1', () => {
    expect(ratioEstimate([2, 6, 4], [1, 3, 2])).toEqual({ mean: 2, standardError: 0 });
    expect(ratioEstimate([1, 2, 3, 6], [1, 1, 1, 1])).toEqual(estimate([1, 2, 3, 6]));
  });

  it('has the spread of repeated samples as its standard error', () => {
    const stream = random(5);
    const sample = () => {
      const b = Array.from({ length: 200 }, () => 1 + stream.integer(20));
      return ratioEstimate(
        b.map((size) => 3 * size + 2 * Math.sqrt(size) * stream.gaussian()),
        b,
      );
    };
    const samples = Array.from({ length: 400 }, sample);
    const ratios = estimate(samples.map(({ mean }) => mean));
    const spread = ratios.standardError * Math.sqrt(samples.length);
    const said = estimate(samples.map(({ standardError }) => standardError)).mean;
    expect([ratios.mean, said / spread]).toBeAllClose([3, 1], { absolute: 0.1 });
  });
});

it('costs are told by text, token and byte, each with its error', () => {
  const costs = [
    { nats: 2, tokens: 2, bytes: 4 },
    { nats: 8, tokens: 6, bytes: 16 },
  ];
  const record = lossRecord(costs);
  expect(record).toMatchObject({ natsPerText: 5, standardError: 3, natsPerToken: 1.25 });
  expect([record.perplexity, record.bitsPerByte]).toBeAllClose([Math.exp(1.25), 0.5 / Math.LN2]);
  // a − R b = 2 − 2.5 and 8 − 7.5: a standard error of 1/2 over 4 tokens
  expect(record.natsPerTokenStandardError).toBeCloseTo(0.125, 14);
  expect(record.bitsPerByteStandardError).toBeCloseTo(0, 14);
  const other = costs.map((cost) => ({ ...cost, nats: cost.nats + cost.tokens }));
  expect(costDifference(costs, other)).toEqual({ mean: -1, standardError: 0 });
});

describe('baselines', () => {
  const { tokenizer } = model;
  const costs = baselineCosts(tokenizer, held.training, held.texts);

  it('are n-grams of the training part, on the tokens and ends of the model', () => {
    const ids = (text: string) => tokenizer.encodeIds(text);
    const ngram = trainKneserNey(held.training.map(ids), {
      vocabularySize: tokenizer.special.start,
    });
    expect(costs.kneserNey5[3].nats).toBeCloseTo(-ngram.logProbability(ids(held.texts[3])), 12);
    for (const [i, text] of held.texts.entries()) {
      const { tokens, bytes } = textLoss(model, text, 2);
      expect(costs.unigram[i]).toMatchObject({ tokens, bytes });
    }
  });

  it('learn: five tokens say more than one, and either more than none', () => {
    const { unigram, kneserNey5 } = baselineRecord(costs, costs.unigram);
    expect(kneserNey5.natsPerToken).toBeLessThan(unigram.natsPerToken);
    expect(unigram.natsPerToken).toBeLessThan(Math.log(tokenizer.size));
    expect(unigram).toMatchObject({ modelPerplexityRatio: 1 });
    expect(Math.log(kneserNey5.modelPerplexityRatio)).toBeCloseTo(
      unigram.natsPerToken - kneserNey5.natsPerToken,
      12,
    );
  });
});

describe('an evaluation on plain text', () => {
  const result = evaluateTexts(model, held, settings);

  it('says of how many texts and tokens', () => {
    expect(result).toMatchObject({ texts: 8, depthTexts: 4, trainingTexts: 48, depth: 3 });
    expect(result.tokens * result.natsPerToken).toBeCloseTo(8 * result.natsPerText, 9);
  });

  it('measures model and baselines on the same texts', () => {
    const { kneserNey5: ngram } = result.baselines;
    const perToken = result.natsPerToken - ngram.natsPerToken;
    expect(ngram.modelDifference.mean).toBeCloseTo(perToken, 12);
    const perText = ngram.natsPerText / ngram.natsPerToken;
    expect(perText).toBeCloseTo(result.natsPerText / result.natsPerToken, 12);
  });

  it('guesses words at the end and inside at every depth', () => {
    for (const place of ['end', 'inside'] as const)
      expect(result.bothReadings[place].count).toBe(result.blanks[place].count);
    expect(result.blanks.end.count).toBeGreaterThan(0);
    expect(result.blanks.inside.count).toBeLessThanOrEqual(6);
    for (const { blanks } of Object.values(result.depths))
      expect(blanks.end.count).toBeLessThanOrEqual(3);
  });

  it('has baselines that know nothing of the held-out part', () => {
    const cheated = evaluateTexts(model, { ...held, training: sentences }, settings);
    expect(cheated.natsPerToken).toBe(result.natsPerToken);
    expect(cheated.baselines.kneserNey5.natsPerToken).toBeLessThan(
      result.baselines.kneserNey5.natsPerToken - 0.1,
    );
  });
});

it.each([
  ['de.txt.gz', 'de'],
  ['my-EN_sentences.txt', 'en'],
  ['sentences.txt', null],
  ['de-en.txt', null],
  ['garden.txt', null],
])('the file %s is in %s', (name, language) => {
  expect(languageOf(name, ['de', 'en'])).toBe(language);
});
