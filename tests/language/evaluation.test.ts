/** The evaluation: consistent on an untrained model, and right where the answer is known without one. */
import { describe, expect, it, test } from 'vitest';
import { evaluateBlank, totalVariation } from '../../src/language/evaluation/blanks.ts';
import { textLoss, uniformAttention } from '../../src/language/evaluation/causal.ts';
import { estimate } from '../../src/language/evaluation/estimates.ts';
import { evaluateModel } from '../../src/language/evaluation/evaluate.ts';
import { evaluationToJson } from '../../src/language/evaluation/json.ts';
import {
  nextWordDivergences,
  wordLogProbability,
} from '../../src/language/evaluation/next-words.ts';
import { EVALUATION_DEFAULTS, evaluationSettings } from '../../src/language/evaluation/settings.ts';
import { fillBlank } from '../../src/language/fill.ts';
import { tokenProbabilities } from '../../src/language/transformer.ts';
import { nextSymbolLaws } from '../../src/language/world/derive.ts';
import { fromSymbols, toSymbols } from '../../src/language/world/symbols.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { random } from '../../src/numerics/random.ts';
import { scripted } from './training/scripted.ts';
import { tinyStart, tinyWorld } from './training/tiny-run.ts';

const { model } = await tinyStart();
const { tokenizer, config, weights } = model;
const TEXT = 'Mein Lieblingstier ist der Hund. Ich mag Hunde.';

const settings = {
  ...EVALUATION_DEFAULTS,
  texts: 6,
  depthTexts: 4,
  depths: [2, 3, 'ode'] as const,
  nextWordTexts: 4,
  blankTexts: 5,
  baselineTexts: 300,
};

/** Every number in a record, with its path. */
function numbers(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => numbers(one, `${path}.${key}`));
}

describe('an evaluation', () => {
  const stages: string[] = [];
  const result = evaluateModel(model, tinyWorld, settings, (stage) => stages.push(stage));

  it('holds finite numbers, none below 0', () => {
    const all = numbers(result);
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter(([, value]) => !(value >= 0 && value < Infinity))).toEqual([]);
  });

  it('says of which model, world and how many texts', () => {
    expect(result).toMatchObject({ model: 'tiny', corpus: 'tiny', texts: 6 });
    expect([result.blanks.texts, Object.keys(result.depths)]).toEqual([5, ['2', '3', 'ode']]);
    expect(stages[0]).toBe('loss of 6 texts at L = 3');
  });

  it('is the same with the same seed and another with another', () => {
    expect(evaluateModel(model, tinyWorld, settings)).toEqual(result);
    const other = evaluateModel(model, tinyWorld, { ...settings, seed: 1 });
    expect(other.natsPerText).not.toBe(result.natsPerText);
    expect(other.exactEntropy).toBe(result.exactEntropy);
  });

  it('reads the depth of the model as its own loss', () => {
    const same = evaluateModel(model, tinyWorld, { ...settings, depthTexts: 6, depths: [3] });
    const { natsPerText, natsPerToken, bitsPerByte } = result;
    expect(same.depths[3]).toMatchObject({ natsPerText, natsPerToken, bitsPerByte });
  });

  it('orders its ranks: top 1 ≤ top 5 ≤ top 10, and a total variation of at most 1', () => {
    const { top1, top5, top10, mrr, totalVariation } = result.blanks;
    expect(top1).toBeLessThanOrEqual(top5);
    expect(top5).toBeLessThanOrEqual(top10);
    expect(top1).toBeLessThanOrEqual(mrr);
    expect(totalVariation.mean).toBeLessThanOrEqual(1);
  });

  it('finds an untrained model worse than a 5-gram, and that worse than the law', () => {
    const { baselines, exactEntropy } = result;
    expect(result.natsPerText).toBeGreaterThan(baselines.kneserNey5.natsPerText);
    expect(baselines.unigram.natsPerText).toBeGreaterThan(baselines.kneserNey5.natsPerText);
    expect(result.excess.mean).toBeGreaterThan(0);
    expect(exactEntropy).toBeGreaterThan(0);
  });
});

describe('settings', () => {
  it('take as many texts as asked for, the slow parts no more than by default', () => {
    expect(evaluationSettings({ texts: 20, seed: 3 })).toMatchObject({
      texts: 20,
      depthTexts: 20,
      nextWordTexts: 20,
      blankTexts: 20,
      seed: 3,
    });
    expect(evaluationSettings({ texts: 5000 })).toMatchObject({ texts: 5000, blankTexts: 500 });
    expect(evaluationSettings({})).toEqual(EVALUATION_DEFAULTS);
  });

  it.each([{ texts: 0 }, { texts: 1.5 }, { seed: 'one' }, { text: 3 }])('refuse %j', (options) => {
    expect(() => evaluationSettings(options)).toThrow(InputError);
  });
});

it('an estimate is the mean with its standard error', () => {
  expect(estimate([1, 2, 3, 6])).toEqual({ mean: 3, standardError: Math.sqrt(14 / 3 / 4) });
  expect(estimate([5])).toEqual({ mean: 5, standardError: 0 });
});

describe('without attention', () => {
  const d = config.dimension;
  const times = (x: number[], matrix: Float64Array) =>
    Array.from({ length: d }, (_, c) =>
      x.reduce((sum, value, r) => sum + value * matrix[r * d + c], 0),
    );
  const unit = (x: number[]) => x.map((value) => value / Math.hypot(...x));
  const plus = (a: number[], b: number[], scale = 1) => a.map((value, c) => value + scale * b[c]);

  /** θ(t) of value and output, between the knots on either side. */
  function between(t: number, role: 'value' | 'output'): Float64Array {
    const place = t * (config.knots - 1);
    const [k, share] = [Math.floor(place), place % 1];
    const [left, right] = [
      weights.attention[k],
      weights.attention[Math.min(k + 1, config.knots - 1)],
    ];
    return left[role].data.map((w, i) => (1 - share) * w + share * right[role].data[i]);
  }

  /** x ← normalise(x + h · mean of what is before · V O), by hand. */
  function layer(xs: number[][], k: number, depth: number): number[][] {
    const t = (k + 0.5) / depth;
    return xs.map((x, i) => {
      const sum = xs.slice(0, i + 1).reduce((a, b) => plus(a, b));
      const mean = sum.map((value) => value / (i + 1));
      const moved = times(times(mean, between(t, 'value')), between(t, 'output'));
      return unit(plus(x, moved, config.horizon / depth));
    });
  }

  function logProbability(x: number[], token: number): number {
    const scores = Array.from(weights.bias, (bias, v) => {
      const row = weights.output.data.subarray(v * d, (v + 1) * d);
      return bias + config.logitScale * x.reduce((sum, value, c) => sum + value * row[c], 0);
    });
    return scores[token] - Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
  }

  it.each([0, 1, 4])('every particle takes the mean of those before it, L = %i', (depth) => {
    const ids = [tokenizer.special.start, ...tokenizer.encodeIds(TEXT)];
    const table = (data: Float64Array, r: number) => Array.from(data.subarray(r * d, (r + 1) * d));
    let xs = ids.map((id, i) =>
      unit(plus(table(weights.embedding.data, id), table(weights.positions.data, i))),
    );
    for (let k = 0; k < depth; k++) xs = layer(xs, k, depth);
    const targets = [...ids.slice(1), tokenizer.special.end];
    const nats = -targets.reduce((sum, id, i) => sum + logProbability(xs[i], id), 0);
    const loss = textLoss(model, TEXT, Math.max(1, depth), uniformAttention(model));
    expect([depth === 0 ? loss.natsAtStart : loss.nats]).toBeAllClose([nats], { relative: 1e-12 });
  });

  it('leaves the model itself as it was', () => {
    const before = textLoss(model, TEXT, 3);
    expect(textLoss(model, TEXT, 3, uniformAttention(model)).nats).not.toBe(before.nats);
    expect(textLoss(model, TEXT, 3)).toEqual(before);
  });
});

test('the loss of a text is the chain rule over its prefixes, the end last', () => {
  const ids = [tokenizer.special.start, ...tokenizer.encodeIds(TEXT), tokenizer.special.end];
  const nats = ids.slice(1).map((next, i) => {
    const { last } = model.causalEnds(ids.slice(0, i + 1), { depth: 3 });
    return -Math.log(tokenProbabilities(model, last.data.subarray(i * config.dimension))[next]);
  });
  const loss = textLoss(model, TEXT, 3);
  expect(loss.tokens).toBe(nats.length);
  expect([loss.nats]).toBeAllClose([nats.reduce((a, b) => a + b)], { relative: 1e-12 });
});

describe('next words', () => {
  const symbols = toSymbols(TEXT);
  const words = ['', ...tinyWorld.inventory.symbols];
  const places = [0, 1, 3, 4, 5, symbols.length];

  it.each(places)('have at most the whole probability, behind %i symbols', (place) => {
    const before = fromSymbols(symbols.slice(0, place));
    const total = words.reduce(
      (sum, word) => sum + Math.exp(wordLogProbability(model, before, word, 3)),
      0,
    );
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThanOrEqual(1 + 1e-12);
  });

  it('make a text as likely as its tokens when each mark and word is asked in turn', () => {
    // a word is asked with what may follow it, so the product is below the text's own probability
    const product = symbols.reduce(
      (sum, symbol, i) => {
        return sum + wordLogProbability(model, fromSymbols(symbols.slice(0, i)), symbol, 3);
      },
      wordLogProbability(model, TEXT, '', 3),
    );
    expect(product).toBeLessThanOrEqual(-textLoss(model, TEXT, 3).nats);
  });

  it('are held against the law at the places below the limit alone', () => {
    const laws = nextSymbolLaws(tinyWorld, TEXT);
    expect(nextWordDivergences(model, tinyWorld, TEXT, 3, Infinity)).toHaveLength(laws.length);
    expect(nextWordDivergences(model, tinyWorld, TEXT, 3, 0)).toEqual([]);
    const all = nextWordDivergences(model, tinyWorld, TEXT, 3);
    expect(all.every((divergence) => divergence >= 0)).toBe(true);
  });
});

describe('blanks', () => {
  const law = new Map([
    ['der Hund', 0.5],
    ['die Katze', 0.3],
    ['das Pferd', 0.2],
  ]);

  it('the total variation is 0 for the law itself and 1 for another', () => {
    expect(totalVariation(law, law)).toBeCloseTo(0, 15);
    expect(totalVariation(law, new Map())).toBe(1);
    expect(totalVariation(law, new Map([...law.keys()].map((answer) => [answer, 0])))).toBe(1);
  });

  it('and counts what the model gives to answers that cannot be', () => {
    const half = new Map([...law].map(([answer, p]) => [answer, p / 2]));
    expect(totalVariation(law, half)).toBeCloseTo(0.5, 15);
    const certain = new Map([['der Hund', 1]]);
    expect(totalVariation(law, certain)).toBeCloseTo(0.5, 15);
  });

  it('are scored as predict scores them', () => {
    // the fourth word: "der Hund"
    const {
      nats,
      rank,
      totalVariation: distance,
    } = evaluateBlank(model, tinyWorld, TEXT, 3, scripted({ integers: [3] }));
    const blanked = 'Mein Lieblingstier ist __. Ich mag Hunde.';
    const { targets } = fillBlank(model, blanked, { depth: 3, targets: ['der Hund'] });
    expect([nats]).toBeAllClose([-Math.log(targets?.[0].score ?? 0)], { absolute: 1e-12 });
    expect(rank).toBeGreaterThan(0);
    // what follows gives it away, so the law is certain and the distance is what is missing
    expect(distance).toBeCloseTo(1 - Math.exp(-nats), 12);
  });

  it('of any text are numbers, wherever the blank falls', () => {
    for (let seed = 0; seed < 4; seed++) {
      const { nats, totalVariation: distance } = evaluateBlank(
        model,
        tinyWorld,
        "Anna's favourite animal is the dog.",
        2,
        random(seed),
      );
      expect(nats).toBeGreaterThan(0);
      expect(distance).toBeGreaterThan(0);
      expect(distance).toBeLessThanOrEqual(1);
    }
  });
});

test('an evaluation is written in snake_case, but for the names of languages and kinds', () => {
  const guessed = { top1StandardError: 0.5 };
  const own = { bothReadings: { kinds: { nounPhrase: guessed, kinds: guessed } } };
  expect(
    evaluationToJson({ lensAtLayer0: 1, baselines: { kneserNey5: [{ bitsPerByte: 2 }] } }),
  ).toEqual({
    lens_at_layer_0: 1,
    baselines: { kneser_ney_5: [{ bits_per_byte: 2 }] },
  });
  const written = { top1_standard_error: 0.5 };
  expect(evaluationToJson({ ownBlanks: { deCH: own, kinds: own } })).toEqual({
    own_blanks: {
      deCH: { both_readings: { kinds: { nounPhrase: written, kinds: written } } },
      kinds: { both_readings: { kinds: { nounPhrase: written, kinds: written } } },
    },
  });
});
