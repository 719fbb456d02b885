/** Kneser–Ney: by hand, against a slow one, and that it is a law in every context. */
import { describe, expect, it } from 'vitest';
import { trainKneserNey } from '../../src/language/kneser-ney.ts';
import { countNgrams } from '../../src/language/ngram-counts.ts';
import { random } from '../../src/numerics/random.ts';
import { slowKneserNey } from './slow-kneser-ney.ts';

/**
 * Two sequences over the tokens 0 and 1. Between their markers they are ^ 0 0 $ and ^ 0 1 $, and the
 * uniform law that all ends in is 1/3: two tokens and the end.
 */
const END = 2;
const sequences = [
  [0, 0],
  [0, 1],
];

describe('Kneser–Ney by hand', () => {
  it('unigrams: counts c(0) = 3, c(1) = 1, c($) = 2 of 6', () => {
    // n₁ = n₂ = n₃ = 1, n₄ = 0, so Y = 1/(1 + 2·1) = 1/3
    // D₁ = 1 − 2·Y·n₂/n₁ = 1/3,  D₂ = 2 − 3·Y·n₃/n₂ = 1,  D₃ = 1.5 since no count is 4
    // γ = (D₁·1 + D₂·1 + D₃·1)/6 = (17/6)/6 = 17/36, shared out as 17/36 · 1/3 = 17/108 each
    // p(0) = (3 − 3/2)/6 + 17/108 = 27/108 + 17/108
    // p(1) = (1 − 1/3)/6 + 17/108 = 12/108 + 17/108
    // p($) = (2 − 1)/6   + 17/108 = 18/108 + 17/108
    const model = trainKneserNey(sequences, { order: 1, vocabularySize: 2 });
    const law = [0, 1, END].map((token) => model.probability([], token));
    expect(law).toBeAllClose([44 / 108, 29 / 108, 35 / 108], { absolute: 1e-15 });
  });

  it('bigrams, over unigrams that count the different tokens before them', () => {
    // Unigrams: 0 was seen behind {^, 0}, 1 behind {0}, $ behind {0, 1}: c = 2, 1, 2 of 5.
    //   n₁ = 1, n₂ = 2, n₃ = 0: Y = 1/5, D₁ = 1 − 2·(1/5)·2 = 1/5, D₂ = 1 since no count is 3
    //   γ = (1/5 + 2·1)/5 = 11/25, 11/75 each
    //   p(0) = p($) = (2 − 1)/5 + 11/75 = 26/75,  p(1) = (1 − 1/5)/5 + 11/75 = 23/75
    // Bigrams are raw: ^0 twice; 00, 01, 0$, 1$ once. n₁ = 4, n₂ = 1, n₃ = 0:
    //   Y = 4/6, D₁ = 1 − 2·(2/3)·(1/4) = 2/3, D₂ = 1
    const model = trainKneserNey(sequences, { order: 2, vocabularySize: 2 });
    // p(0|^) = (2 − 1)/2 + (1/2)·26/75 = 75/150 + 26/150
    expect(model.probability([], 0)).toBeCloseTo(101 / 150, 14);
    // p(1|0) = (1 − 2/3)/3 + (3·2/3)/3·23/75 = 25/225 + 46/225
    expect(model.probability([0], 1)).toBeCloseTo(71 / 225, 14);
    // p($|1) = (1 − 2/3)/1 + (2/3)/1·26/75 = 75/225 + 52/225
    expect(model.probability([0, 1], END)).toBeCloseTo(127 / 225, 14);
    const expected = Math.log(101 / 150) + Math.log(71 / 225) + Math.log(127 / 225);
    expect(model.logProbability([0, 1])).toBeCloseTo(expected, 13);
  });

  it('trigrams, over bigrams that are raw only where they begin the sequence', () => {
    // Bigrams: ^0 begins sequences, so it keeps its raw 2; 00 was seen behind {^}, 01 behind {^},
    //   0$ behind {0}, 1$ behind {0}: all as above, and so are the laws above.
    // Trigrams are raw: ^00, ^01, 00$, 01$ once. n₁ = 4, n₂ = 0, so D₁ = 1/2.
    const model = trainKneserNey(sequences, { order: 3, vocabularySize: 2 });
    expect(model.probability([], 0)).toBeCloseTo(101 / 150, 14);
    // p(1|^0) = (1 − 1/2)/2 + (2·1/2)/2·71/225 = 1/4 + 71/450
    expect(model.probability([0], 1)).toBeCloseTo(367 / 900, 14);
    // p($|01) = (1 − 1/2)/1 + (1/2)/1·127/225 = (225 + 127)/450
    expect(model.probability([0, 1], END)).toBeCloseTo(176 / 225, 14);
    // 1 0 was never seen: p(1|10) = p(1|0)
    expect(model.probability([0, 1, 0], 1)).toBeCloseTo(71 / 225, 14);
  });
});

const stream = random(3);
const vocabularySize = 12;
const texts = Array.from({ length: 300 }, () =>
  Array.from({ length: stream.integer(9) }, () => Math.floor(stream.uniform() ** 2 * 10)),
);
const tokens = Array.from({ length: vocabularySize + 1 }, (_, token) => token);

it.each([1, 2, 3, 5, 12])('is what the slow one says, order %i', (order) => {
  const some = texts.slice(0, 60);
  const model = trainKneserNey(some, { order, vocabularySize });
  const slow = slowKneserNey(some, order, vocabularySize);
  for (const history of [[], some[3], texts[5].slice(0, 3), [11], [0, 1, 0, 2, 11], [0]]) {
    const expected = tokens.map((token) => slow(history, token === vocabularySize ? 'end' : token));
    const law = tokens.map((token) => model.probability(history, token));
    expect(law).toBeAllClose(expected, { absolute: 1e-14 });
  }
});

describe('Kneser–Ney in general', () => {
  const model = trainKneserNey(texts, { vocabularySize });

  it('sums to 1 in every context of the texts, seen or not', () => {
    const contexts = texts.flatMap((text) => text.map((_, i) => text.slice(0, i + 1)));
    const unseen = [[], [0, 1, 0, 2, 0, 1, 3], [0, 11], [11, 10, 11, 10], [11, 0, 1]];
    const sums = [...contexts, ...unseen].map((history) =>
      tokens.reduce((total, token) => total + model.probability(history, token), 0),
    );
    expect(sums).toBeAllClose(
      sums.map(() => 1),
      { absolute: 1e-13 },
    );
  });

  it('gives every token some probability, and knows no more without texts', () => {
    expect(model.probability([0], 11)).toBeGreaterThan(0);
    const nothing = trainKneserNey([], { vocabularySize });
    expect(nothing.probability([3], 11)).toBeCloseTo(1 / 13, 15);
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
    expect(() => trainKneserNey([[-1]], { vocabularySize })).toThrow('token -1 is not in');
    expect(() => trainKneserNey([], { order: 0, vocabularySize })).toThrow('order is 0');
  });
});

it('counts all n-grams of a text, in order', () => {
  const { levels, begin, end } = countNgrams([[0, 0], [1]], 3, 2);
  expect([end, begin]).toEqual([2, 3]);
  // ^ 0 0 $ and ^ 1 $; 0 was seen behind ^ and 0, 1 behind ^, $ behind 0 and 1
  expect([...levels[0].counts]).toEqual([2, 1, 2, 0]);
  // 00 0$ 1$ ^0 ^1: those without ^ once each by what is before, those with it as they occur
  expect([...levels[1].tokens]).toEqual([0, 2, 2, 0, 1]);
  expect([...levels[1].first]).toEqual([0, 2, 3, 3, 5]);
  expect([...levels[1].counts]).toEqual([1, 1, 1, 1, 1]);
  // 00$ ^00 ^1$
  expect([...levels[2].tokens]).toEqual([2, 0, 2]);
  expect([...levels[2].counts]).toEqual([1, 1, 1]);
});
