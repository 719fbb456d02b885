import { expect, test } from 'vitest';
import { COUPLING_NAMES, type CouplingName } from '../../src/attention/model-coupling.ts';
import { answerRules } from '../../src/language/answers.ts';
import { fillBlank } from '../../src/language/fill.ts';
import { findAnswers } from '../../src/language/findings.ts';
import { layOut } from '../../src/language/layout.ts';
import { logitLens } from '../../src/language/lens.ts';
import { type FillOptions, fillSchema } from '../../src/language/options.ts';
import { type Prediction, predictionToJson } from '../../src/language/prediction.ts';
import { trace, traceToJson } from '../../src/language/trace.ts';
import { couplingMask, embed, flow, logits } from '../../src/language/transformer.ts';
import { InputError, LimitError } from '../../src/numerics/errors.ts';
import { parseOptions } from '../../src/numerics/options.ts';
import { random } from '../../src/numerics/random.ts';
import { randomModel } from './random-model.ts';

const LIKELY = [
  ' der',
  ' die',
  ' Hund',
  ' Katze',
  ' Sch',
  'met',
  'ter',
  'ling',
  'Anna',
  ' Rex',
  '.',
];

/** Words are likely, and `end` more so: answers hold most of the probability. */
function worded(seed: number, changes = {}) {
  const { gaussian } = random(seed, 1);
  return randomModel(seed, changes, (id, { vocabulary }) => {
    if (id === vocabulary.length + 1) return 8;
    const token = vocabulary[id];
    return LIKELY.includes(token as string) ? 5 + gaussian() : -2;
  });
}

const model = worded(7);
const TEXT = 'Mein Lieblingstier ist __';

const total = (p: Prediction) =>
  p.predictions.reduce((sum, { score }) => sum + score, 0) + p.unlisted + p.unexplored;

/** log-softmax of the raw logits at the last row but `back` of a flow written out by hand. */
function distribution(
  ids: number[],
  positions: number[],
  context: number,
  at: number,
  depth: number,
) {
  const n = ids.length;
  const mask = couplingMask('causal', n);
  for (let i = 0; i < context; i++) mask.data.fill(1, i * n, i * n + context);
  let x = embed(model, ids, positions);
  for (const frame of flow(model, x, mask, depth)) x = frame.positions;
  const d = model.config.dimension;
  const raw = Array.from(logits(model, x.data.subarray(at * d, (at + 1) * d)), Math.exp);
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((v) => v / sum);
}

test.each([1, 4, 37])('scores are the chain rule over raw logits, L = %i', (depth) => {
  const { special, encodeIds } = model.tokenizer;
  const context = [special.start, ...encodeIds('Mein Lieblingstier ist'), special.blank];
  const p = fillBlank(model, TEXT, { depth });
  expect(p.predictions.length).toBe(10);
  for (const { tokenStr, score, sequence } of p.predictions) {
    const answer = encodeIds(` ${tokenStr}`);
    const ids = [...context, ...answer];
    const expected = [...answer, special.end].reduce((product, token, j) => {
      const seen = ids.slice(0, context.length + j);
      const at = seen.length - 1;
      return product * distribution(seen, [...seen.keys()], context.length, at, depth)[token];
    }, 1);
    expect(score).toBeCloseTo(expected, 12);
    expect(sequence).toBe(`Mein Lieblingstier ist ${tokenStr}`);
  }
});

test.each<[string, FillOptions]>([
  [TEXT, {}],
  [TEXT, { depth: 'ode' }],
  [TEXT, { depth: 100 }],
  [TEXT, { coupling: 'causal' }],
  [TEXT, { maximumExpansions: 1 }],
  ['__ mag Hunde.', { top: 3 }],
  ['Die __ mag Hunde.', { maximumUnexplored: 0.001 }],
  ['Mein Lieblingstier ist', {}],
  ['„__“', {}],
])('scores, unlisted and unexplored sum to 1: %j %j', (text, options) => {
  const p = fillBlank(model, text, options);
  expect(total(p)).toBeCloseTo(1, 9);
  expect(p.entropy).toBeGreaterThanOrEqual(0);
  const names = p.predictions.map(({ tokenStr }) => tokenStr);
  expect(new Set(names).size).toBe(names.length);
  const scores = p.predictions.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
});

/** Every answer of at most two tokens, scored one by one. */
function everyAnswer(text: string, coupling: CouplingName, small: typeof model) {
  const settings = parseOptions(fillSchema, { coupling });
  const layout = layOut(small, text, coupling);
  const rules = answerRules(small, layout);
  const all = small.tokenizer.special.start;
  const chains: number[][] = [];
  for (let a = 0; a < all; a++) {
    if (!rules.begin([a])) continue;
    chains.push([a]);
    for (let b = 0; b < all; b++) if (rules.begin([a, b])) chains.push([a, b]);
  }
  const texts = chains.flatMap((chain) => rules.text(chain) ?? []);
  const scored: { tokenStr: string; score: number }[] = [];
  for (let i = 0; i < texts.length; i += 100)
    scored.push(
      ...(fillBlank(small, text, { ...settings, targets: texts.slice(i, i + 100) }).targets ?? []),
    );
  return scored.sort((a, b) => b.score - a.score);
}

test('a model trained with Sinkhorn answers with it unless told otherwise', () => {
  const own = randomModel(5, { coupling: 'sinkhorn' });
  expect(layOut(own, TEXT).coupling).toBe('sinkhorn');
  expect(layOut(own, TEXT, 'full').coupling).toBe('full');
  expect(layOut(own, 'Die Katze').coupling).toBe('causal');
});

test('under Sinkhorn every token of the text is heard alike, in every layer and head', () => {
  const { attentions, prediction } = trace(model, TEXT, { coupling: 'sinkhorn', depth: 3 });
  expect(prediction.coupling).toBe('sinkhorn');
  for (const layer of attentions)
    for (const { rows, columns, data } of layer)
      for (let j = 0; j < columns; j++) {
        let heard = 0;
        for (let i = 0; i < rows; i++) heard += data[i * columns + j];
        expect(heard).toBeCloseTo(1, 7);
      }
});

test.each(COUPLING_NAMES)('%s: the top ten are those of exhaustive search', (coupling) => {
  const small = worded(9, { slots: 3, dimension: 8, depth: 2 });
  const expected = everyAnswer(TEXT, coupling, small);
  const found = fillBlank(small, TEXT, { coupling });
  expect(found.certain).toBe(true);
  expect(found.predictions.map((a) => a.tokenStr)).toEqual(
    expected.slice(0, 10).map((a) => a.tokenStr),
  );
  expect(found.predictions.map((a) => a.score)).toBeAllClose(
    expected.slice(0, 10).map((a) => a.score),
    { absolute: 1e-12 },
  );
  const sum = expected.reduce((total, { score }) => total + score, 0);
  expect(1 - found.unexplored).toBeLessThanOrEqual(sum + 1e-12);
  const entropy = expected.reduce((nats, { score: p }) => nats - p * Math.log(p), 0) / sum;
  expect(found.entropy).toBeLessThanOrEqual(entropy + 1e-12);
  expect(found.entropyUpper).toBeGreaterThanOrEqual(entropy - 1e-12);
  expect(found.entropy).toBeGreaterThanOrEqual(-Math.log(expected[0].score) - 1e-12);
});

test('causal answers end where a word begins; a determiner takes its noun', () => {
  const { encodeIds, beginsWord } = model.tokenizer;
  const p = fillBlank(model, TEXT, { coupling: 'causal', targets: ['Rex', 'der'] });
  const context = [model.tokenizer.special.start, ...encodeIds('Mein Lieblingstier ist')];
  const score = (word: string, ends: (id: number) => boolean) => {
    const ids = [...context, ...encodeIds(` ${word}`)];
    let product = 1;
    for (let n = context.length; n < ids.length; n++)
      product *= distribution(ids.slice(0, n), [...Array(n).keys()], 0, n - 1, 4)[ids[n]];
    const last = distribution(ids, [...ids.keys()], 0, ids.length - 1, 4);
    return product * last.reduce((sum, value, id) => (ends(id) ? sum + value : sum), 0);
  };
  const opens = (id: number) => /^ [\p{L}\p{N}]/u.test(model.tokenizer.decode([id]));
  expect(p.targets?.[0].score).toBeCloseTo(
    score('Rex', (id) => beginsWord[id] === 1),
    12,
  );
  expect(p.targets?.[1].score).toBeCloseTo(
    score('der', (id) => beginsWord[id] === 1 && !opens(id)),
    12,
  );
});

test('targets have rank, tokens and sequence; what is no answer has no rank', () => {
  const p = fillBlank(model, 'Die __ mag Hunde.', { targets: [' Hund ', 'ein Hund mit Katze'] });
  const [hund, long] = p.targets ?? [];
  expect(hund.rank).toBe(p.predictions.findIndex((a) => a.tokenStr === 'Hund') + 1);
  expect(hund.score).toBeCloseTo(p.predictions[(hund.rank as number) - 1].score, 12);
  expect(hund.sequence).toBe('Die Hund mag Hunde.');
  expect(long.rank).toBeNull();
  expect(long.score).toBeGreaterThan(0);
});

test('a text without a blank is continued, token by token', () => {
  const p = fillBlank(model, 'Mein Lieblingstier ist ', { top: 400, targets: ['der Hund'] });
  expect([p.kind, p.coupling, p.blank]).toEqual(['next-token', 'causal', null]);
  expect(p.predictions.map((a) => a.sequence)).toContain('Mein Lieblingstier ist der');
  expect(p.predictions.some((a) => a.tokenStr === '')).toBe(true);
  expect(p.predictions.every((a) => !a.tokenStr.includes('\uFFFD'))).toBe(true);
  expect(p.targets?.[0].sequence).toBe('Mein Lieblingstier ist der Hund');
  const der = p.predictions.find((a) => a.tokenStr === ' der');
  expect(p.targets?.[0].score).toBeLessThan(der?.score ?? 0);
});

test('layout: slots behind a blank, offsets, leading blanks', () => {
  const layout = layOut(model, 'Anna  __ mag Hunde.');
  const marker = layout.tokens.findIndex(({ text }) => text === '__');
  expect(layout.readAt).toBe(marker);
  expect(layout.tokens[marker]).toMatchObject({ start: 6, end: 8 });
  expect(layout.positions[marker + 1]).toBe(marker + model.config.slots);
  expect(layout.tokens[marker + 1].start).toBe(8);
  expect(layout.leadingBlank).toBe(true);
  expect(layOut(model, '__ mag').leadingBlank).toBe(false);
  expect(layOut(model, 'sagt („__“)').leadingBlank).toBe(false);
  expect(layOut(model, TEXT, 'causal').tokens.at(-1)?.text).toBe(' ist');
});

test.each<[string, FillOptions, RegExp]>([
  ['Die __ mag', { coupling: 'causal' }, /needs the blank at the end.*"mag".*choose "full"/],
  ['Die Katze', { coupling: 'full' }, /needs a blank/],
  ['Die Katze', { coupling: 'sinkhorn' }, /a causal mask has no doubly stochastic scaling/],
  [TEXT, { targets: ['  '] }, /is empty/],
  [TEXT, { targets: ['a b c d e f g h'] }, /has \d+ tokens, expected at most 7/],
  [TEXT, JSON.parse('{"tpo": 3}'), /unknown option "tpo": did you mean "top"\?/],
  [TEXT, { depth: 0 }, /option depth is 0: expected a whole number/],
  [TEXT, JSON.parse('{"depth": "deep"}'), /option depth is "deep"/],
  [TEXT, JSON.parse('{"coupling": "half"}'), /option coupling is "half": expected "full"/],
  [TEXT, { top: 0 }, /option top is 0: expected a whole number from 1 to 1000/],
  [
    TEXT,
    { targets: Array(101).fill('a') },
    /option targets is .*: expected a list of at most 100 answers/,
  ],
  [TEXT, { top: 1.5 }, /option top is 1.5/],
  [TEXT, JSON.parse('[]'), /options are \[\]: expected an object/],
])('refuses %j with %j', (text, options, message) => {
  expect(() => fillBlank(model, text, options)).toThrow(InputError);
  expect(() => fillBlank(model, text, options)).toThrow(message);
});

test('a text over the position limit is refused with the limit and the remedy', () => {
  for (const text of [
    'x'.repeat(10_000),
    `${'Hund '.repeat(61)}__`,
    'Hund '.repeat(70),
    '__ Hund'.padEnd(400, '.'),
  ]) {
    expect(() => fillBlank(model, text)).toThrow(LimitError);
    expect(() => fillBlank(model, text)).toThrow(/expected at most the 64 positions.*shorten it/);
  }
});

test.each<[string, FillOptions]>([
  [TEXT, {}],
  ['Die __ mag Hunde.', { depth: 37, top: 4 }],
  [TEXT, { coupling: 'causal' }],
  ['Mein Lieblingstier', {}],
])('the last layer of the lens equals the prediction: %j %j', (text, options) => {
  const settings = parseOptions(fillSchema, options);
  const findings = findAnswers(model, text, settings);
  const lens = logitLens(findings, 3);
  const p = fillBlank(model, text, options);
  expect(lens.length).toBe(((settings.depth as number | undefined) ?? 4) + 1);
  expect(lens.at(-1)?.predictions.map((a) => a.tokenStr)).toEqual(
    p.predictions.map((a) => a.tokenStr),
  );
  expect(lens.at(-1)?.predictions.map((a) => a.score)).toBeAllClose(
    p.predictions.map((a) => a.score),
    { absolute: 1e-12 },
  );
  // frames are read together, with the bits of each alone
  for (const [k, { states }] of [...findings.run.framesBehind([[]])].entries()) {
    const law = model.tokenProbabilities(states).toSorted().reverse();
    expect(lens[k].firstTokens.map(({ score }) => score)).toEqual([...law.subarray(0, 3)]);
  }
  expect(lens[0].firstTokens.length).toBe(3);
  expect(lens[0].firstTokens[0].score).toBeGreaterThanOrEqual(lens[0].firstTokens[1].score);
});

test('an answer’s probability is that of its tokens, one behind the other, and of its end', () => {
  const { predictions } = fillBlank(model, TEXT, { top: 50 });
  const first = new Map<string, number>();
  for (const { tokens, tokenScores = [], score } of predictions) {
    expect(tokenScores).toHaveLength(tokens.length);
    const end = score / tokenScores.reduce((product, p) => product * p, 1);
    for (const p of [...tokenScores, end]) {
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1 + 1e-12);
    }
    // what begins alike begins alike probably
    expect(tokenScores[0]).toBe(first.get(tokens[0]) ?? tokenScores[0]);
    first.set(tokens[0], tokenScores[0]);
  }
  expect(predictions.some(({ tokens }) => tokens.length > 1)).toBe(true);
  const [next] = fillBlank(model, 'Mein Lieblingstier', { top: 1 }).predictions;
  expect(next.tokenScores).toEqual([next.score]);
});

test('a trace has L + 1 frames of everything and becomes JSON', () => {
  for (const depth of [1, 8, 'ode'] as const) {
    const found = trace(model, TEXT, { depth });
    const layers = depth === 'ode' ? model.config.depth : depth;
    const n = found.tokens.length;
    expect([found.hiddenStates.length, found.times.length, found.lens.length]).toEqual(
      Array(3).fill(layers + 1),
    );
    expect(found.attentions.length).toBe(layers);
    expect(found.attentions[0].length).toBe(model.config.heads);
    for (const values of Object.values(found.diagnostics)) expect(values.length).toBe(layers + 1);
    const json = JSON.parse(JSON.stringify(traceToJson(found)));
    expect(json.attentions[layers - 1][1].length).toBe(n);
    expect(json.attentions[0][0][n - 1].reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(1);
    expect(json.predictions.length).toBe(10);
  }
  expect(() => trace(model, TEXT, JSON.parse('{"firsttokens": 2}'))).toThrow(/"firstTokens"/);
});

test('a trace of fewer frames has some of the layers, each as among all', () => {
  const all = trace(model, TEXT, { depth: 37 });
  const some = trace(model, TEXT, { depth: 37, frames: 8 });
  expect(all.layers).toEqual(Array.from({ length: 38 }, (_, k) => k));
  expect(some.layers).toEqual([0, 6, 12, 18, 24, 30, 36, 37]);
  expect(some.times).toEqual(some.layers.map((layer) => all.times[layer]));
  some.layers.forEach((layer, k) => {
    expect(some.hiddenStates[k]).toEqual(all.hiddenStates[layer]);
    expect(some.lens[k]).toEqual(all.lens[layer]);
    expect(some.clusters[k]).toEqual(all.clusters[layer]);
    if (k > 0) expect(some.attentions[k - 1]).toEqual(all.attentions[layer - 1]);
  });
  expect(some.prediction).toEqual(all.prediction);
  for (const { layer } of [...some.merges, ...some.splits]) expect(some.layers).toContain(layer);
  expect(trace(model, TEXT, { depth: 37, frames: 2 }).layers).toEqual([0, 37]);
  expect(() => trace(model, TEXT, { frames: 1 })).toThrow(/option frames is 1: expected a whole/);
});

test('names are camelCase in memory and snake_case in the record', () => {
  const found = fillBlank(model, 'Mein Lieblingstier ist __', { top: 2, targets: ['Hund'] });
  const record = predictionToJson(found);
  expect(record.entropy_upper).toBe(found.entropyUpper);
  expect(record.predictions.map(({ token_scores }) => token_scores)).toEqual(
    found.predictions.map(({ tokenScores }) => tokenScores),
  );
  expect(record.targets?.[0].token_str).toBe('Hund');
  expect(JSON.stringify(record)).not.toMatch(/"[a-z]+[A-Z]\w*":/);
});
