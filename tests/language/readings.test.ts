/** The second reading of a blank, against the loss of whole sentences and the causal coupling. */
import { describe, expect, it, test } from 'vitest';
import { textLoss } from '../../src/language/evaluation/causal.ts';
import { fillBlank } from '../../src/language/fill.ts';
import type { FillOptions } from '../../src/language/options.ts';
import type { Prediction } from '../../src/language/prediction.ts';
import { WEIGHED } from '../../src/language/readings.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { random } from '../../src/numerics/random.ts';
import { randomModel } from './random-model.ts';

const LIKELY = [' der', ' die', ' Hund', ' Katze', ' Rex', ' Sch', 'met', 'ter', 'ling', ' mag'];

/** Words are likely and `end` more so, by various amounts. */
const { gaussian } = random(12);
const model = randomModel(12, {}, (id, { vocabulary }) => {
  if (id === vocabulary.length + 1) return 7;
  return LIKELY.includes(vocabulary[id] as string) ? 4 + gaussian() : -1;
});

const INSIDE = 'Anna mag __, und Rex ist der Hund.';

const readings = ({ predictions }: Prediction) =>
  predictions.map(({ readings: both }) => both ?? { blank: Number.NaN, sentence: Number.NaN });

test.each(['ode', 1, 4, 100] as const)(
  'the sentence is read by its loss with each answer in it, depth %s',
  (depth) => {
    const prediction = fillBlank(model, INSIDE, { depth, reading: 'sentence', top: 5 });
    const nats = prediction.predictions.map(
      ({ sequence }) => textLoss(model, sequence, depth).nats,
    );
    const scores = prediction.predictions.map(({ score }) => score);
    const expected = nats.map((loss) => scores[0] * Math.exp(nats[0] - loss));
    expect(scores).toBeAllClose(expected, { relative: depth === 'ode' ? 1e-5 : 1e-9 });
    expect(scores).toBeAllClose(
      readings(prediction).map(({ sentence }) => sentence),
      {
        relative: 1e-12,
      },
    );
  },
);

describe('both readings', () => {
  const both = fillBlank(model, INSIDE, { reading: 'both', top: WEIGHED });
  const once = fillBlank(model, INSIDE, { top: WEIGHED });

  it('are the geometric mean, with the mass that the blank gives to the same answers', () => {
    const pooled = readings(both).map(({ blank, sentence }) => Math.sqrt(blank * sentence));
    const scores = both.predictions.map(({ score }) => score);
    const factor = scores[0] / pooled[0];
    expect(scores).toBeAllClose(
      pooled.map((p) => factor * p),
      { relative: 1e-12 },
    );
    const sum = (values: readonly number[]) => values.reduce((total, p) => total + p, 0);
    const mass = sum(once.predictions.map(({ score }) => score));
    for (const part of [scores, readings(both).map(({ blank }) => blank)])
      expect(sum(part)).toBeCloseTo(mass, 12);
    expect(sum(readings(both).map(({ sentence }) => sentence))).toBeCloseTo(mass, 12);
  });

  it('weigh the answers that the blank finds likeliest, and keep what it says of them', () => {
    const said = new Map(once.predictions.map(({ tokenStr, score }) => [tokenStr, score]));
    for (const { tokenStr, readings: own } of both.predictions)
      expect(own?.blank).toBeCloseTo(said.get(tokenStr) ?? Number.NaN, 12);
    expect(both.predictions[0].tokenStr).not.toBe(once.predictions[0].tokenStr);
    expect(both).toMatchObject({ reading: 'both', certain: false, unexplored: once.unexplored });
    expect(once).toMatchObject({ reading: 'blank' });
    expect(once.predictions[0]).not.toHaveProperty('readings');
  });

  it('score targets on the same scale, also those that were not found', () => {
    const [first, second] = both.predictions.map(({ tokenStr }) => tokenStr);
    const targets = [second, first, 'Katze Katze Rex'];
    const { predictions, targets: scored } = fillBlank(model, INSIDE, {
      reading: 'both',
      targets,
      top: 2,
    });
    expect(scored?.slice(0, 2)).toMatchObject([
      { rank: 2, tokenStr: second },
      { rank: 1, tokenStr: first },
    ]);
    expect(scored?.map(({ score }) => score).slice(0, 2)).toBeAllClose(
      [predictions[1].score, predictions[0].score],
      { relative: 1e-9 },
    );
    expect(scored?.[2].rank).toBeNull();
    expect(scored?.[2].score).toBeGreaterThan(0);
    expect(scored?.[2].score).toBeLessThan(predictions[1].score);
  });
});

it('gives targets nothing of the nothing that was found', () => {
  const options: FillOptions = { reading: 'both', maximumExpansions: 1, targets: ['Rex'] };
  const { predictions, targets } = fillBlank(model, INSIDE, options);
  expect(predictions).toEqual([]);
  expect(targets).toMatchObject([{ tokenStr: 'Rex', score: 0, rank: null }]);
});

it('with nothing behind the blank, the sentence says what the causal coupling says', () => {
  const text = 'Mein Lieblingstier ist __';
  const { predictions } = fillBlank(model, text, { reading: 'sentence', top: 8 });
  const words = predictions.map(({ tokenStr }) => tokenStr);
  const causal = fillBlank(model, text, { coupling: 'causal', targets: words }).targets ?? [];
  const factor = predictions[0].score / causal[0].score;
  expect(predictions.map(({ score }) => score)).toBeAllClose(
    causal.map(({ score }) => factor * score),
    { relative: 1e-9 },
  );
});

test.each(['sentence', 'both'] as const)(
  'under the causal coupling %s changes nothing',
  (reading) => {
    const options = { coupling: 'causal', top: WEIGHED } as const;
    const once = fillBlank(model, 'Anna mag __', options);
    const twice = fillBlank(model, 'Anna mag __', { ...options, reading });
    expect(twice.predictions.map(({ score }) => score)).toBeAllClose(
      once.predictions.map(({ score }) => score),
      { relative: 1e-9 },
    );
  },
);

test.each<[string, FillOptions]>([
  ['Mein Lieblingstier ist __', {}],
  [INSIDE, { top: 3 }],
  [INSIDE, { coupling: 'sinkhorn', depth: 'ode' }],
  ['__ mag Hunde.', { top: 100 }],
  ['„__“', { reading: 'sentence' }],
  [INSIDE, { maximumExpansions: 1 }],
])('scores, unlisted and unexplored sum to 1: %j %j', (text, options) => {
  const { predictions, unlisted, unexplored } = fillBlank(model, text, {
    reading: 'both',
    ...options,
  });
  const scores = predictions.map(({ score }) => score);
  expect(scores.reduce((sum, p) => sum + p, unlisted + unexplored)).toBeCloseTo(1, 9);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
});

describe('refused', () => {
  it('a second reading of a text without a blank', () => {
    expect(() => fillBlank(model, 'Anna mag', { reading: 'both' })).toThrow(
      new InputError(
        'reading',
        'reading "both" needs a blank and the text has none: write __ where the answer belongs, or choose "blank"',
      ),
    );
  });

  it('another name', () => {
    expect(() => fillBlank(model, INSIDE, { reading: 'twice' as 'both' })).toThrow(
      /reading.*"blank", "sentence" or "both"/,
    );
  });
});
