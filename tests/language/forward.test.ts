/** A second forward pass, written from the two files alone, in plain loops. */
import { expect, test } from 'vitest';
import { loadModel, saveModel } from '../../src/language/checkpoint.ts';
import { decodeSafetensors } from '../../src/language/safetensors.ts';
import { trace } from '../../src/language/trace.ts';
import { randomModel } from './random-model.ts';

const files = saveModel(randomModel(3));
const model = loadModel(files);
const config = JSON.parse(files.config);
const { tensors } = decodeSafetensors(files.weights);
const [d, H] = [config.dimension, config.heads];

const unit = (x: number[]) => x.map((v) => v / Math.hypot(...x));
const dot = (a: number[], b: number[]) => a.reduce((sum, v, c) => sum + v * b[c], 0);

/** θ at t: entry (row, column) of matrix 0 … 3 (query, key, value, output). */
function weight(part: number, r: number, c: number, t: number): number {
  const place = t * (config.knots - 1);
  const left = Math.min(Math.floor(place), config.knots - 2);
  const at = (knot: number) => tensors.attention.data[((knot * 4 + part) * d + r) * d + c];
  return at(left) + (place - left) * (at(left + 1) - at(left));
}

function times(x: number[], part: number, t: number): number[] {
  return x.map((_, c) => x.reduce((sum, v, r) => sum + v * weight(part, r, c, t), 0));
}

function layer(x: number[][], t: number, h: number, context: number): number[][] {
  const [q, k, v] = [0, 1, 2].map((part) => x.map((row) => times(row, part, t)));
  const size = d / H;
  const head = (row: number[], g: number) => row.slice(g * size, (g + 1) * size);
  return x.map((row, i) => {
    const seen = x.map((_, j) => j).filter((j) => j < Math.max(context, i + 1));
    const mixed = Array.from({ length: H }, (_, g) => {
      const e = seen.map((j) => Math.exp(config.beta[g] * dot(head(q[i], g), head(k[j], g))));
      const sum = e.reduce((a, b) => a + b, 0);
      return head(row, g).map((_, c) =>
        seen.reduce((total, j, s) => total + (e[s] / sum) * v[j][g * size + c], 0),
      );
    }).flat();
    const velocity = times(mixed, 3, t);
    return unit(row.map((value, c) => value + h * velocity[c]));
  });
}

function frames(ids: number[], positions: number[], L: number, context: number): number[][][] {
  const at = (name: string, r: number) => Array.from(tensors[name].data.slice(r * d, (r + 1) * d));
  let x = ids.map((id, i) => {
    const place = at('positions', positions[i]);
    return unit(at('embedding', id).map((v, c) => v + place[c]));
  });
  const all = [x];
  for (let k = 0; k < L; k++) {
    x = layer(x, (k + 0.5) / L, config.horizon / L, context);
    all.push(x);
  }
  return all;
}

test.each([3, 8, 37])('reproduces the trace at L = %i', (depth) => {
  const text = 'Die __ mag Hunde.';
  const found = trace(model, text, { depth });
  const V = config.vocabulary.length;
  const before = model.tokenizer.encodeIds('Die');
  const behind = model.tokenizer.encodeIds(' mag Hunde.');
  const ids = [V, ...before, V + 2, ...behind];
  const place = before.length + 1;
  const positions = ids.map((_, i) => (i <= place ? i : i - 1 + config.slots));
  const expected = frames(ids, positions, depth, ids.length);
  expect(found.tokens.map((t) => t.id)).toEqual(ids);
  expect(found.hiddenStates.length).toBe(depth + 1);
  found.hiddenStates.forEach((states, k) => {
    expect(states.data).toBeAllClose(expected[k].flat(), { absolute: 1e-10 });
  });
});

test('reproduces the causal trace of a continuation', () => {
  const found = trace(model, 'Die Katze mag', { depth: 5 });
  const ids = [config.vocabulary.length, ...model.tokenizer.encodeIds('Die Katze mag')];
  const expected = frames(ids, [...ids.keys()], 5, 0);
  found.hiddenStates.forEach((states, k) => {
    expect(states.data).toBeAllClose(expected[k].flat(), { absolute: 1e-10 });
  });
});
