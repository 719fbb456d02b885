/** Interventions: nothing changed is nothing changed, and what is known of every change. */
import { describe, expect, it } from 'vitest';
import { fillBlank } from '../../src/language/fill.ts';
import { FlowModel } from '../../src/language/flow-model.ts';
import { type InterventionOptions, runWithCache } from '../../src/language/interventions.ts';
import { trace } from '../../src/language/trace.ts';
import { row } from '../../src/numerics/matrix.ts';
import { randomModel } from './random-model.ts';

const TEXT = 'Mein Lieblingstier ist __';
const OTHER = 'Annas Lieblingstier ist __';
const model = randomModel(5);
const plain = runWithCache(model, TEXT);
const HEADS = [0, 1];
const LAYERS = [1, 2, 3, 4];
/** What is left of a vector beside the axes. */
const without = (axes: readonly number[][], vector: number[]) =>
  axes.reduce((rest, axis) => {
    const along = rest.reduce((sum, value, c) => sum + value * axis[c], 0);
    return rest.map((value, c) => value - along * axis[c]);
  }, vector);

function orthonormal(vectors: readonly number[][]): number[][] {
  const axes: number[][] = [];
  for (const vector of vectors) {
    const rest = without(axes, vector);
    axes.push(rest.map((value) => value / Math.hypot(...rest)));
  }
  return axes;
}

const total = ({ prediction }: typeof plain) =>
  prediction.predictions.reduce((sum, { score }) => sum + score, 0) +
  prediction.unlisted +
  prediction.unexplored;

describe('without a change', () => {
  it('is the trace and the prediction, bit for bit', () => {
    const { effect, ...rest } = plain;
    expect(effect).toBeNull();
    expect(rest).toEqual(trace(model, TEXT));
    expect(rest.prediction).toEqual(fillBlank(model, TEXT));
  });

  it.each([
    ['β times 1', { scaleBeta: 1 }],
    ['β of a head times 1', { scaleBeta: [{ head: 0, factor: 1 }] }],
    ['its own particles', { patch: [{ from: plain, layer: 2, token: 3 }] }],
  ])('by %s is the same', (_, options) => {
    const same = runWithCache(model, TEXT, options);
    expect(same.hiddenStates).toEqual(plain.hiddenStates);
    expect(same.prediction).toEqual(plain.prediction);
    for (const { before, after } of same.effect?.answers ?? []) expect(after).toBe(before);
    expect(same.effect?.divergence ?? 0).toBe(0);
  });
});

describe('ablate', () => {
  it('of every head everywhere leaves the tokens where they were', () => {
    const still = runWithCache(model, TEXT, { ablate: HEADS.map((head) => ({ head })) });
    for (const { data } of still.hiddenStates)
      expect(data).toBeAllClose(plain.hiddenStates[0].data, { absolute: 1e-15 });
    expect(total(still)).toBeCloseTo(1, 6);
  });

  it('in every layer by name is everywhere; in one leaves the layers before it alone', () => {
    const everywhere = runWithCache(model, TEXT, { ablate: [{ head: 1 }] });
    const byName = runWithCache(model, TEXT, {
      ablate: LAYERS.map((layer) => ({ head: 1, layer })),
    });
    expect(byName.hiddenStates).toEqual(everywhere.hiddenStates);
    const third = runWithCache(model, TEXT, { ablate: [{ head: 1, layer: 3 }] });
    expect(third.hiddenStates.slice(0, 3)).toEqual(plain.hiddenStates.slice(0, 3));
    expect(third.hiddenStates[3]).not.toEqual(plain.hiddenStates[3]);
    expect(third.attentions[2]).toEqual(plain.attentions[2]);
  });

  it('parts the velocity into those of the heads', () => {
    const first = (options: InterventionOptions) =>
      Array.from(row(runWithCache(model, TEXT, options).hiddenStates[1], 1));
    const x = Array.from(row(plain.hiddenStates[0], 1));
    // x + h(v0 + v1) lies in the span of x + h v0, x + h v1 and x
    const span = orthonormal([
      first({ ablate: [{ head: 1, layer: 1 }] }),
      first({ ablate: [{ head: 0, layer: 1 }] }),
      x,
    ]);
    expect(Math.hypot(...without(span, first({})))).toBeLessThan(1e-13);
    expect(Math.hypot(...without(span.slice(0, 2), x))).toBeGreaterThan(1e-3);
  });

  it('reaches the tokens of long answers, and the flow itself', () => {
    for (const depth of [4, 80, 'ode'] as const) {
      const changed = runWithCache(model, TEXT, { depth, top: 3, ablate: [{ head: 0 }] });
      expect(total(changed)).toBeCloseTo(1, 6);
      const [first] = changed.prediction.predictions;
      const told = changed.effect?.answers.find(({ tokenStr }) => tokenStr === first.tokenStr);
      // in continuous depth steps are as short as what is asked together needs
      const digits = depth === 'ode' ? 8 : 12;
      expect(told?.after).toBeCloseTo(first.score, digits);
      expect(told?.before).not.toBeCloseTo(first.score, 6);
      expect(changed.lens.at(-1)?.predictions[0].score).toBeCloseTo(first.score, digits);
    }
  });
});

describe('scaleBeta', () => {
  it('to 0 makes attention uniform, of all heads or of one in one layer', () => {
    const { attentions, tokens } = runWithCache(model, TEXT, { scaleBeta: 0 });
    const even = new Array<number>(tokens.length ** 2).fill(1 / tokens.length);
    for (const head of attentions.flat()) expect(head.data).toBeAllClose(even);
    const one = runWithCache(model, TEXT, { scaleBeta: [{ factor: 0, head: 1, layer: 2 }] });
    expect(one.attentions[1][1].data).toBeAllClose(even);
    expect(one.attentions[1][0].data).not.toBeAllClose(even, { absolute: 1e-3 });
    expect(one.attentions[0]).toEqual(plain.attentions[0]);
  });

  it('is the model with another β', () => {
    const doubled = new FlowModel({ ...model, config: { ...model.config, beta: [2, 4] } });
    const scaled = runWithCache(model, TEXT, { scaleBeta: 2 });
    expect(scaled.prediction.predictions.map(({ score }) => score)).toBeAllClose(
      fillBlank(doubled, TEXT).predictions.map(({ score }) => score),
    );
    const ode = runWithCache(model, TEXT, { scaleBeta: 2, depth: 'ode' });
    expect(ode.prediction.predictions.map(({ score }) => score)).toBeAllClose(
      fillBlank(doubled, TEXT, { depth: 'ode' }).predictions.map(({ score }) => score),
    );
  });
});

describe('patch', () => {
  it('of all particles of another text gives its answers from there on', () => {
    const [mine, theirs] = ['Mein der __', 'Mein das __'];
    const from = runWithCache(model, theirs);
    const start = runWithCache(model, mine);
    expect(start.tokens).toHaveLength(from.tokens.length);
    const patch = from.tokens.map((_, token) => ({ from, layer: 2, token }));
    const patched = runWithCache(model, mine, { patch });
    expect(patched.hiddenStates.slice(2)).toEqual(from.hiddenStates.slice(2));
    expect(patched.hiddenStates[1]).toEqual(start.hiddenStates[1]);
    expect(patched.lens[2].firstTokens).toEqual(from.lens[2].firstTokens);
    expect(patched.lens[4].firstTokens).toEqual(from.lens[4].firstTokens);
    expect(total(patched)).toBeCloseTo(1, 6);
  });

  it.each([4, 80])('of all embeddings gives the other text, long answers too, L = %i', (depth) => {
    const settings = { depth, targets: ['der Hund', 'Schmetterling'] };
    const from = runWithCache(model, 'Mein das __', settings);
    const patch = from.tokens.map((_, token) => ({ from, layer: 0, token }));
    const patched = runWithCache(model, 'Mein der __', { ...settings, patch });
    const scores = ({ prediction }: typeof plain) =>
      [...prediction.predictions, ...(prediction.targets ?? [])].map(({ score, tokens }) => ({
        score,
        tokens,
      }));
    expect(scores(patched)).toEqual(scores(from));
    expect(scores(from).at(-1)?.tokens.length).toBeGreaterThan(1);
  });

  it('at the last layer moves the readout alone', () => {
    const other = runWithCache(model, OTHER);
    const blank = plain.tokens.findIndex(({ text }) => text === '__');
    const there = other.tokens.findIndex(({ text }) => text === '__');
    const patch = [{ from: other, layer: 4, token: there, to: blank }];
    const moved = runWithCache(model, TEXT, { patch });
    expect(moved.hiddenStates.slice(0, 4)).toEqual(plain.hiddenStates.slice(0, 4));
    expect(row(moved.hiddenStates[4], blank)).toEqual(row(other.hiddenStates[4], there));
    expect(moved.lens[4].firstTokens).toEqual(other.lens[4].firstTokens);
    expect(moved.effect?.divergence).toBeGreaterThan(0);
  });

  it('under causal coupling leaves what came before alone', () => {
    const coupling = 'causal';
    const other = runWithCache(model, 'Anna mag Hunde', { coupling });
    const start = runWithCache(model, 'Die Katze heißen Rex', { coupling });
    const patch = [{ from: other, layer: 1, token: 3 }];
    const changed = runWithCache(model, 'Die Katze heißen Rex', { coupling, patch });
    for (const layer of LAYERS)
      for (const token of [0, 1, 2])
        expect(row(changed.hiddenStates[layer], token)).toEqual(
          row(start.hiddenStates[layer], token),
        );
    expect(row(changed.hiddenStates[2], 4)).not.toEqual(row(start.hiddenStates[2], 4));
  });
});

/** As if its particles had been altered by hand. */
const inflated = {
  ...plain,
  hiddenStates: plain.hiddenStates.map((frame) => ({
    ...frame,
    data: frame.data.map((x) => 2 * x),
  })),
};

it.each([
  [
    'a head that is none',
    { ablate: [{ head: 2 }] },
    /option ablate names head 2: expected a whole number from 0 to 1/,
  ],
  [
    'a layer that is none',
    { ablate: [{ head: 0, layer: 5 }] },
    /option ablate names layer 5: expected a whole number from 1 to 4/,
  ],
  [
    'the embedding as a layer',
    { scaleBeta: [{ factor: 2, layer: 0 }] },
    /option scaleBeta names layer 0: expected a whole number from 1 to 4/,
  ],
  [
    'a layer of the flow itself',
    { depth: 'ode' as const, ablate: [{ head: 0, layer: 1 }] },
    /depth "ode" has none: choose a number of layers/,
  ],
  [
    'a factor that is no number',
    { scaleBeta: Number.NaN },
    /option scaleBeta is NaN: expected a number, or a list/,
  ],
  [
    'a token that is none',
    { patch: [{ from: plain, layer: 1, token: 99 }] },
    /option patch names token 99: expected a whole number from 0 to/,
  ],
  [
    'a place that is none',
    { patch: [{ from: plain, layer: 1, token: 0, to: 99 }] },
    /option patch names to 99/,
  ],
  [
    'another depth',
    { depth: 5, patch: [{ from: plain, layer: 1, token: 0 }] },
    /from a run of depth 4 into one of depth 5/,
  ],
  [
    'another width',
    {
      patch: [{ from: runWithCache(randomModel(1, { dimension: 32 }), TEXT), layer: 1, token: 0 }],
    },
    /particles of R\^32 into a model of R\^16/,
  ],
  [
    'a particle off the sphere',
    { patch: [{ from: inflated, layer: 1, token: 2 }] },
    /token 2 of layer 1 with length (1\.9999|2)\.?\d*: expected a unit vector, so normalise it/,
  ],
  [
    'what is no run',
    { patch: [{ from: { hiddenStates: [] }, layer: 1, token: 0 }] },
    /option patch\.0\.from is .*: expected what runWithCache or trace has returned/,
  ],
  ['an option that is misspelt', { ablat: [] }, /unknown option "ablat": did you mean "ablate"/],
  ['β beyond all numbers', { scaleBeta: 1e308 }, /scaleBeta multiplies β of head 0 by 1e\+308/],
  [
    'β beyond all numbers, by parts',
    { scaleBeta: [{ factor: 1e4 }, { factor: -1e4, head: 1, layer: 2 }] },
    /β of head 1 by -100000000: expected at most 1000000/,
  ],
])('is refused: %s', (_, options, message) => {
  expect(() => runWithCache(model, TEXT, options as InterventionOptions)).toThrow(message);
});
