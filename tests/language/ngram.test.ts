import { describe, expect, it } from 'vitest';
import { trainKneserNey } from '../../src/language/ngram.ts';
import { random } from '../../src/numerics/random.ts';

const END = 2;
const sequences = [
  [0, 0],
  [0, 1],
];

describe('Kneser–Ney by hand', () => {
  it('discounts unigrams: counts 3, 1, 2; D = 1/3, 1, and 1.5 since no count is 4', () => {
    const model = trainKneserNey(sequences, { order: 1, vocabularySize: 2 });
    const law = [0, 1, END].map((token) => model.probability([], token));
    expect(law).toBeAllClose([44 / 108, 29 / 108, 35 / 108], { absolute: 1e-15 });
  });

  it('interpolates bigrams with the number of tokens a token was seen behind', () => {
    const model = trainKneserNey(sequences, { order: 2, vocabularySize: 2 });
    expect(model.probability([], 0)).toBeCloseTo(101 / 150, 14);
    expect(model.probability([0], 1)).toBeCloseTo(71 / 225, 14);
    expect(model.probability([0, 1], END)).toBeCloseTo(127 / 225, 14);
    const expected = Math.log(101 / 150) + Math.log(71 / 225) + Math.log(127 / 225);
    expect(model.logProbability([0, 1])).toBeCloseTo(expected, 13);
  });
});

describe('Kneser–Ney in general', () => {
  const stream = random(3);
  const vocabularySize = 12;
  const texts = Array.from({ length: 300 }, () =>
    Array.from({ length: stream.integer(9) }, () => Math.floor(stream.uniform() ** 2 * 10)),
  );
  const model = trainKneserNey(texts, { vocabularySize });
  const tokens = Array.from({ length: vocabularySize + 1 }, (_, token) => token);

  it.each([
    ['no history', []],
    ['a seen history', texts[5]],
    ['a long history', [0, 1, 0, 2, 0, 1, 3]],
    ['a history with a token never seen', [0, 11]],
    ['a history of tokens never seen', [11, 10, 11, 10]],
  ])('sums to 1 after %s', (_, history) => {
    const sum = tokens.reduce((total, token) => total + model.probability(history, token), 0);
    expect(sum).toBeCloseTo(1, 13);
  });

  it('gives a sequence the product of its conditionals', () => {
    const sequence = [1, 0, 3, 0, 0, 2];
    const steps = [...sequence, vocabularySize].map((token, index) =>
      Math.log(model.probability(sequence.slice(0, index), token)),
    );
    expect(model.logProbability(sequence)).toBeCloseTo(
      steps.reduce((sum, log) => sum + log, 0),
      12,
    );
  });

  it('refuses tokens outside the vocabulary', () => {
    expect(() => model.logProbability([12])).toThrow('token 12 is not in 0 … 11');
    expect(() => trainKneserNey([], { order: 0, vocabularySize })).toThrow('order is 0');
  });
});
