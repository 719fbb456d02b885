/** The portrait of a model: exact answers for weights that are known, and sentences held against their traces. */
import { describe, expect, it } from 'vitest';
import { FlowModel } from '../../src/language/flow-model.ts';
import { portrait } from '../../src/language/portrait/portrait.ts';
import { sentencePortrait, strongestGlances } from '../../src/language/portrait/sentences.ts';
import { weightPortrait } from '../../src/language/portrait/weights.ts';
import { trace } from '../../src/language/trace.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { eigenvalues } from '../../src/numerics/spectrum.ts';
import { randomModel } from './random-model.ts';

const TEXTS = ['Mein Lieblingstier ist __', 'The __ drinks a cup of tea.', 'Anna mag __.'];
const model = randomModel(3);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** One head with these factors of the identity as Q, K, V and O at every knot. */
function scaledIdentity(query: number, key: number, value: number, output: number): FlowModel {
  const plain = randomModel(1, { heads: 1, beta: [4] });
  const d = plain.config.dimension;
  const factors = { query, key, value, output };
  for (const knot of plain.weights.attention)
    for (const role of ['query', 'key', 'value', 'output'] as const)
      knot[role].data.forEach((_, i, data) => {
        data[i] = i % (d + 1) === 0 ? factors[role] : 0;
      });
  return plain;
}

describe('weights', () => {
  it('of plain self-attention have its β and attract; those of V = −I drive apart', () => {
    const [plain] = weightPortrait(scaledIdentity(1, 1, 1, 1));
    expect(plain.heads).toEqual([{ effectiveBeta: 4, likeness: 1, symmetry: 1, attraction: 1 }]);
    expect(plain.eigenvalues.every(({ re, im }) => re === 1 && im === 0)).toBe(true);
    const [apart] = weightPortrait(scaledIdentity(-1, 0.5, 1, -2));
    expect(apart.heads).toEqual([{ effectiveBeta: 2, likeness: -1, symmetry: 1, attraction: -1 }]);
    expect(apart.eigenvalues.every(({ re }) => re === -2)).toBe(true);
  });

  it('of random heads are near neither', () => {
    const [{ heads }] = weightPortrait(randomModel(2, { dimension: 64, heads: 1, beta: [1] }));
    const { likeness, symmetry, attraction } = heads[0];
    expect([likeness, symmetry, attraction]).toBeAllClose([0, 0.5, 0], { absolute: 0.1 });
  });

  it('lie at the knots, with all of the trace in the spectrum', () => {
    const knots = weightPortrait(model);
    expect(knots.map(({ time }) => time)).toEqual([0, 1.5, 3]);
    const { value, output } = model.weights.attention[1];
    const d = model.config.dimension;
    let trace = 0;
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) trace += value.data[i * d + j] * output.data[j * d + i];
    expect(sum(knots[1].eigenvalues.map(({ re }) => re))).toBeCloseTo(trace, 10);
    expect(sum(knots[1].eigenvalues.map(({ im }) => im))).toBeCloseTo(0, 10);
  });

  it('have the spectrum of V·O in whatever units the coordinates are', () => {
    const scaled = { weights: structuredClone(model.weights) };
    const d = model.config.dimension;
    const unit = (i: number) => 2 ** (((7 * i) % 41) - 20);
    // V ← D⁻¹ V and O ← O D: V O keeps its spectrum
    for (const { value, output } of scaled.weights.attention) {
      const width = value.shape[1];
      value.data.forEach((_, at, data) => {
        data[at] /= unit(Math.floor(at / width));
      });
      output.data.forEach((_, at, data) => {
        data[at] *= unit(at % d);
      });
    }
    const parts = (one: FlowModel) =>
      weightPortrait(one).flatMap((knot) => knot.eigenvalues.flatMap(({ re, im }) => [re, im]));
    expect(parts(new FlowModel({ ...model, weights: scaled.weights }))).toBeAllClose(parts(model), {
      absolute: 1e-12,
    });
  });

  it('eigenvalues of a rotation are a conjugate pair, of a triangle its diagonal', () => {
    const [c, s] = [Math.cos(1), Math.sin(1)];
    const turned = eigenvalues(matrix(2, 2, Float64Array.from([c, -s, s, c])));
    expect(turned.flatMap(({ re, im }) => [re, im])).toBeAllClose([c, s, c, -s]);
    const triangle = eigenvalues(matrix(2, 2, Float64Array.from([1, 7, 0, 3])));
    expect(triangle.map(({ re }) => re)).toBeAllClose([3, 1]);
  });
});

describe('sentences', () => {
  const traces = TEXTS.map((text) => trace(model, text));
  const layers = sentencePortrait(traces);

  it('are averaged layer by layer', () => {
    expect(layers.map(({ layer }) => layer)).toEqual([0, 1, 2, 3, 4]);
    const cosines = traces.map(({ diagnostics }) => diagnostics.cosine_mean[2] as number);
    expect(layers[2].diagnostics.cosine_mean).toBeCloseTo(sum(cosines) / TEXTS.length, 14);
    for (const { cosines: shares } of layers) expect(sum(shares)).toBeCloseTo(1, 12);
    for (const { clusters } of layers)
      expect(clusters.map(({ share }) => share)).toEqual(
        clusters.map(({ share }) => share).toSorted((a, b) => b - a),
      );
  });

  it('end with the prediction', () => {
    const best = traces.map(({ prediction }) => prediction.predictions[0].score);
    expect(layers[4].answer).toBeCloseTo(sum(best) / TEXTS.length, 12);
    expect(layers[4].decided).toBe(1);
    expect(layers[0].decided).toBeLessThanOrEqual(1);
  });

  it('say where each head looks, in shares of one', () => {
    expect(layers[0].heads).toEqual([]);
    for (const { entropy, looksAt } of layers.slice(1).flatMap(({ heads }) => heads)) {
      expect(sum(Object.values(looksAt))).toBeCloseTo(1, 12);
      expect(entropy).toBeGreaterThan(0);
      expect(entropy).toBeLessThanOrEqual(1);
    }
    const { uniform } = portrait(model, [TEXTS[0]]);
    const n = traces[0].tokens.length;
    // the blank's own look at itself is one at itself
    expect([uniform.itself, uniform.blank]).toBeAllClose([1 / n, (n - 1) / n ** 2]);
  });

  it('never look ahead under causal coupling', () => {
    const causal = portrait(model, ['Anna mag', 'The dog'], { coupling: 'causal' });
    for (const { looksAt } of causal.layers[3].heads)
      expect([looksAt.next, looksAt.after]).toEqual([0, 0]);
  });

  it('name the strongest looks at other words once a pair', () => {
    const glances = strongestGlances(traces, 3);
    expect(glances).toHaveLength(6);
    for (const { head, layer, text, query, key, attention } of glances) {
      const one = traces[TEXTS.indexOf(text)];
      const names = one.tokens.map((token) => token.text.trim() || '(start)');
      const at = one.attentions[layer - 1][head].data;
      const found = names.some((from, i) =>
        names.some(
          (to, j) => from === query && to === key && at[i * names.length + j] === attention,
        ),
      );
      expect(found).toBe(true);
    }
    const pairs = glances.map(({ head, query, key }) => [head, query, key].join());
    expect(new Set(pairs).size).toBe(6);
  });

  it('tell mergers in the words of their tokens', () => {
    const { sentences } = portrait(model, TEXTS);
    for (const { merges, tokens } of sentences)
      for (const { words } of merges) {
        const known = tokens.map((token) => token.trim() || '(start)');
        expect(
          words
            .join(' ')
            .split(' ')
            .every((word) => known.includes(word)),
        ).toBe(true);
      }
  });
});

describe('is refused', () => {
  it('no text', () => {
    expect(() => portrait(model, [])).toThrow(/no text is given, expected one sentence or more/);
  });

  it('texts that are read in different ways', () => {
    expect(() => portrait(model, [TEXTS[0], 'Anna mag'])).toThrow(
      /"Mein Lieblingstier ist __" is read with full coupling and "Anna mag" with causal/,
    );
  });
});
