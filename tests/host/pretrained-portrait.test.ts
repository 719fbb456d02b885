/** The portrait of Hugging Face folders: its numbers of weights from the stored maps, multiplied out. */
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { portrait } from '../../src/language/portrait/portrait.ts';
import { networkPortrait } from '../../src/language/portrait/weights.ts';
import type { PretrainedModel } from '../../src/language/pretrained-model.ts';
import { type Matrix, matrix, product, transposed } from '../../src/numerics/matrix.ts';
import { eigenvalues } from '../../src/numerics/spectrum.ts';
import { norm } from '../../src/numerics/vectors.ts';
import { type Stored, wideVector } from '../../src/pretrained/stored.ts';
import { folderOf, plainOf, single, textOf } from './pretrained-folder.ts';

const open = (name: string, mask?: number) =>
  readModel(folderOf(name, mask), { precision: 'float64' }) as PretrainedModel;

const trace = ({ rows, data }: Matrix) =>
  Array.from({ length: rows }, (_, i) => data[i * rows + i]).reduce((a, b) => a + b, 0);

/** x ↦ W_h (g ⊙ x) of one head, from the rows of a stored map [H·k, d]. */
function rowsOf(stored: Stored, head: number, k: number, gain: Float64Array | null): Matrix {
  const d = stored.shape[1];
  const own = wideVector(stored).slice(head * k * d, (head + 1) * k * d);
  return matrix(
    k,
    d,
    own.map((value, at) => value * (gain ? gain[at % d] : 1)),
  );
}

/** Columns of one head of the output map [d, H·k]. */
function columnsOf(stored: Stored, head: number, k: number): Matrix {
  const [d, all] = stored.shape;
  const wide = wideVector(stored);
  const data = Float64Array.from({ length: d * k }, (_, i) => {
    return wide[Math.floor(i / k) * all + head * k + (i % k)];
  });
  return matrix(d, k, data);
}

describe.each([
  'llama',
  'gpt2',
  'bert',
  'bert-bfloat16',
  'gemma3',
  'albert',
  'gpt-neox',
  'mistral',
])('%s', (name) => {
  const { network } = open(name, single(plainOf(name).ids));
  const { architecture, weights } = network;
  const { headSize: k, heads, keyHeads, width: d } = architecture;
  const found = networkPortrait(network);

  it('has the numbers of M = Q Kᵀ and V O of each head', () => {
    expect(found).toHaveLength(architecture.layers.length);
    for (const [layer, { scale, block }] of architecture.layers.entries()) {
      const { query, key, value, output, attentionNorm } = weights.layers[layer];
      const before = architecture.placement === 'post' ? null : (attentionNorm?.gain ?? null);
      const sum = matrix(d, d);
      for (let h = 0; h < heads; h++) {
        const shared = Math.floor(h / (heads / keyHeads));
        // ⟨W_q x, W_k y⟩ = xᵀ M y
        const m = product(
          transposed(rowsOf(query.weight, h, k, before)),
          rowsOf(key.weight, shared, k, before),
        );
        // x ↦ W_o W_v x has the spectrum of its transpose V O
        const w = product(columnsOf(output.weight, h, k), rowsOf(value.weight, shared, k, before));
        w.data.forEach((one, i) => {
          sum.data[i] += one;
        });
        const own = found[layer].heads[h];
        const even = m.data.map((one, i) => (one + transposed(m).data[i]) / 2);
        expect([own.effectiveBeta, own.likeness, own.symmetry, own.attraction]).toBeAllClose(
          [
            (scale * norm(m.data)) / Math.sqrt(d),
            trace(m) / (Math.sqrt(k) * norm(m.data)),
            (norm(even) / norm(m.data)) ** 2,
            trace(w) / (Math.sqrt(k) * norm(w.data)),
          ],
          { absolute: 1e-10 },
        );
        const spectrum = own.eigenvalues ?? [];
        expect(spectrum).toHaveLength(k);
        // power sums tell a spectrum, and zeros add nothing to them
        const squares = spectrum.reduce((all, { re, im }) => all + re * re - im * im, 0);
        expect(spectrum.reduce((all, { re }) => all + re, 0)).toBeCloseTo(trace(w), 10);
        expect(squares).toBeCloseTo(trace(product(w, w)), 10);
      }
      const wanted = eigenvalues(sum);
      const all = found[layer].eigenvalues ?? [];
      expect(all.map(({ re }) => re)).toBeAllClose(
        wanted.map(({ re }) => re),
        { absolute: 1e-6 },
      );
      expect(found[layer]).toMatchObject({ time: layer + 1, block });
    }
  });
});

describe('sentences', () => {
  it('of a masked model look at the blank, and have a layer each', () => {
    const { ids } = plainOf('albert-groups');
    const place = single(ids);
    const model = open('albert-groups', ids[place]);
    const { knots, layers, uniform, notes, sentences } = portrait(model, [textOf(ids, place)]);
    expect(layers).toHaveLength(knots.length + 1);
    expect(uniform.blank).toBeCloseTo((ids.length - 1) / ids.length ** 2, 12);
    expect(uniform.start).toBe(0);
    expect(layers.at(-1)).toMatchObject({ decided: 1 });
    expect(notes?.at(-1)).toMatch(/of the maps alone/);
    expect(sentences[0].answer).not.toBeNull();
    expect(new Set(knots.map(({ block }) => block)).size).toBeLessThan(knots.length);
  });

  it('of a causal model, and of a body without a head', () => {
    const { ids } = plainOf('llama');
    const { layers, coupling } = portrait(open('llama'), [textOf(ids)]);
    expect(coupling).toBe('causal');
    expect(layers[1].heads[0].looksAt.next).toBe(0);
    const body = portrait(open('bert-headless', 1), ['w3 w4 w5']);
    expect(body.layers[1]).toMatchObject({ answer: null, decided: null });
    expect(body.sentences[0].answer).toBeNull();
  });
});
