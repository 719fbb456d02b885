/** The inside of a flow: one particle through one layer, nearest words, two answers against each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { contrastAnswers } from '../../src/language/inside/contrast.ts';
import { insideLayer } from '../../src/language/inside/layer.ts';
import { nearestWords } from '../../src/language/inside/nearest.ts';
import type { LanguageModel } from '../../src/language/model.ts';
import { logits } from '../../src/language/transformer.ts';
import { dot, largestDifference, norm, sumOf } from '../../src/numerics/vectors.ts';
import { writeRandomModel } from './model-folder.ts';
import { folderOf } from './pretrained-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-inside-'));
afterAll(() => rmSync(folder, { recursive: true }));
const model = flowOf(readModel(writeRandomModel(join(folder, 'model'))));
const text = "Anna's __";

function flowOf({ flow }: LanguageModel) {
  if (!flow) throw new Error('the fixture is a flow');
  return flow;
}

const statesOf = (frame: number, depth: number) => {
  const { positions } = model.run(model.layOut(text), { depth }).frames[frame];
  const d = positions.shape.at(-1) ?? 0;
  return Array.from({ length: positions.data.length / d }, (_, i) =>
    Array.from(positions.data.subarray(i * d, (i + 1) * d)),
  );
};

describe('one particle through one layer', () => {
  for (const layer of [1, 3])
    test(`layer ${layer}: every number is what the parts before give, and the end is the run's own frame`, () => {
      const found = insideLayer(model, text, { layer, depth: 3 });
      const { heads, before, velocity, moved, after, step, token } = found;
      expect(found.time).toBe((layer - 0.5) / 3);
      expect(largestDifference(before, statesOf(layer - 1, 3)[token])).toBe(0);
      for (const { beta, query, keys, scores, weights, values, mixed } of heads) {
        const own = keys.map((key) => beta * dot(query, key));
        expect(largestDifference(own, scores as number[])).toBeLessThan(1e-13);
        const softmax = own.map((score) => Math.exp(score));
        const expected = softmax.map((value) => value / sumOf(softmax));
        expect(largestDifference(weights, expected)).toBeLessThan(1e-13);
        const sum = mixed.map((_, c) => sumOf(values.map((value, j) => weights[j] * value[c])));
        expect(largestDifference(mixed, sum)).toBeLessThan(1e-14);
      }
      const all = velocity.map((_, c) => sumOf(heads.map(({ added }) => added[c])));
      expect(largestDifference(velocity, all)).toBeLessThan(1e-14);
      expect(moved).toEqual(before.map((value, c) => value + step * velocity[c]));
      expect(norm(after)).toBeCloseTo(1, 14);
      expect(largestDifference(after, statesOf(layer, 3)[token])).toBeLessThan(1e-14);
      expect(found.radial).toBeCloseTo(dot(velocity, before), 14);
      expect(found.tangential ** 2 + found.radial ** 2).toBeCloseTo(dot(velocity, velocity), 12);
      expect(Math.cos(found.angle)).toBeCloseTo(dot(before, after), 13);
    });

  test('who may not be attended to has no score, and no weight', () => {
    const { heads } = insideLayer(model, text, { coupling: 'causal', token: 0, depth: 2 });
    for (const { scores, weights } of heads) {
      expect(scores.slice(1).every((score) => score === null)).toBe(true);
      expect([...weights]).toEqual(weights.map((_, j) => (j === 0 ? 1 : 0)));
    }
  });

  test.each([
    [{ layer: 4, depth: 3 }, /option layer is 4: expected a whole number from 1 to 3/],
    [{ token: 99 }, /option token is 99: expected a whole number from 0 to/],
  ])('%o is refused', (options, message) => {
    expect(() => insideLayer(model, text, options)).toThrow(message);
  });
});

describe('nearest words', () => {
  test('by the embedding: the cosine with the rows of the words, the largest first', () => {
    const { words, tokens, layers } = nearestWords(model, text, { depth: 2, count: 3 });
    expect(layers).toEqual([0, 1, 2]);
    const state = statesOf(2, 2)[1];
    const { data, shape } = model.weights.embedding;
    const d = shape[1];
    const cosines = Array.from({ length: shape[0] }, (_, id) => {
      const row = data.subarray(id * d, (id + 1) * d);
      return model.tokenizer.hasText(id) ? dot(row, state) / norm(row) / norm(state) : -2;
    });
    const order = [...cosines.keys()].sort((a, b) => cosines[b] - cosines[a]).slice(0, 3);
    expect(words[2]).toHaveLength(tokens.length);
    expect(words[2][1].map(({ token }) => token)).toEqual(
      order.map((id) => model.tokenizer.decode([id])),
    );
    for (const [k, { value }] of words[2][1].entries())
      expect(value).toBeCloseTo(cosines[order[k]], 13);
  });

  test('by the readout: of networks too, whose embedding is refused', () => {
    const network = readModel(folderOf('llama'));
    const { by, words } = nearestWords(network, 'w1 w2', { layers: [1], count: 2 });
    expect(by).toBe('readout');
    expect(words).toHaveLength(1);
    for (const [first, second] of words[0])
      expect(first.value).toBeGreaterThanOrEqual(second.value);
    expect(() => nearestWords(network, 'w1 w2', { by: 'embedding' })).toThrow(/expected "readout"/);
    expect(() => nearestWords(network, 'w1 w2', { layers: [99] })).toThrow(/names frame 99/);
  });
});

describe('two answers against each other', () => {
  const answers = ['a', "Anna's"];

  test('the log-odds are the difference of the logits, and zero where both are equally likely', () => {
    const found = contrastAnswers(model, text, { answers, depth: 2 });
    const ids = found.compared.map((token) => model.tokenizer.encodeIds(token)[0]);
    for (const [frame, odds] of found.logOdds.entries())
      for (const [i, state] of statesOf(frame, 2).entries()) {
        const own = logits(model, Float64Array.from(state));
        expect(odds[i]).toBeCloseTo(own[ids[1]] - own[ids[0]], 12);
        const slope = odds[i] / (found.positions[frame][i][0] - found.even);
        expect(slope).toBeGreaterThan(0);
      }
    const [first, second] = found.axes;
    expect([norm(first), norm(second)]).toEqual([expect.closeTo(1, 14), expect.closeTo(1, 14)]);
    expect(dot(first, second)).toBeCloseTo(0, 14);
    expect(sumOf(found.explained)).toBeLessThanOrEqual(1);
  });

  test('the same answer twice is refused', () => {
    expect(() => contrastAnswers(model, text, { answers: ['a', 'a'] })).toThrow(
      /expected two different answers/,
    );
  });
});
