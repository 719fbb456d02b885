/**
 * Energies with the heads' own Q, K and β, computed a second time from the tensors of the files: queries, keys, norms,
 * turns, shared keys, masks and windows are written out here for three kinds of blocks.
 */
import { expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { asNetwork } from '../../src/language/model.ts';
import { textSurveyReport } from '../../src/language/survey-report.ts';
import { surveyText } from '../../src/language/survey-text.ts';
import { readStored, wideVector } from '../../src/pretrained/stored.ts';
import { entriesOf, rawTensors } from '../pretrained/fixtures.ts';
import { folderOf, plainOf, textOf } from './pretrained-folder.ts';

type Rows = number[][];

interface Kind {
  readonly name: string;
  readonly mask?: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly size: number;
  readonly beta: number;
  /** Of layer 0 … : the names of its tensors, the base of its angles, and how far back a token sees. */
  readonly layer: (k: number) => {
    readonly query: string;
    readonly key: string;
    readonly base?: number;
    readonly sees: number;
  };
  /** What attention reads of a state whose scale is that of another; for norms behind the sums, the state. */
  readonly read: (tensors: Tensors, k: number, x: number[], scaledAs: number[]) => number[];
  /** Of a head's queries and keys. */
  readonly normed?: (tensors: Tensors, k: number, which: 'q' | 'k', z: number[]) => number[];
  readonly post?: boolean;
}

type Tensors = (name: string) => number[];

const squares = (x: number[]) => x.reduce((sum, value) => sum + value * value, 0) / x.length;
const scale = (x: number[]) => Math.sqrt(squares(x) + 1e-6);

const KINDS: Kind[] = [
  {
    name: 'llama',
    heads: 4,
    keyHeads: 2,
    size: 4,
    beta: 1 / 2,
    layer: (k) => ({
      query: `model.layers.${k}.self_attn.q_proj`,
      key: `model.layers.${k}.self_attn.k_proj`,
      base: 10_000,
      sees: Number.POSITIVE_INFINITY,
    }),
    read: (tensors, k, x, as) => {
      const gain = tensors(`model.layers.${k}.input_layernorm.weight`);
      return x.map((value, c) => (gain[c] * value) / scale(as));
    },
  },
  {
    name: 'gemma3',
    heads: 2,
    keyHeads: 1,
    size: 8,
    beta: 1 / Math.sqrt(12),
    layer: (k) => ({
      query: `model.layers.${k}.self_attn.q_proj`,
      key: `model.layers.${k}.self_attn.k_proj`,
      base: k === 1 ? 1e6 : 1e4,
      sees: k === 1 ? Number.POSITIVE_INFINITY : 4,
    }),
    read: (tensors, k, x, as) => {
      const gain = tensors(`model.layers.${k}.input_layernorm.weight`);
      return x.map((value, c) => ((1 + gain[c]) * value) / scale(as));
    },
    normed: (tensors, k, which, z) => {
      const gain = tensors(`model.layers.${k}.self_attn.${which}_norm.weight`);
      return z.map((value, c) => ((1 + gain[c]) * value) / scale(z));
    },
  },
  {
    name: 'bert',
    mask: 3,
    heads: 2,
    keyHeads: 2,
    size: 8,
    beta: 1 / Math.sqrt(8),
    layer: (k) => ({
      query: `bert.encoder.layer.${k}.attention.self.query`,
      key: `bert.encoder.layer.${k}.attention.self.key`,
      sees: Number.NaN,
    }),
    read: (_, __, x) => x,
    post: true,
  },
];

/** y = W x + b of every row. */
function mapped(tensors: Tensors, name: string, rows: Rows, outs: number): Rows {
  const weight = tensors(`${name}.weight`);
  const bias = tensors(`${name}.bias`);
  const width = rows[0].length;
  return rows.map((x) =>
    Array.from({ length: outs }, (_, o) =>
      x.reduce((sum, value, c) => sum + weight[o * width + c] * value, bias[o] ?? 0),
    ),
  );
}

/** Pairs (c, c + size/2) by the angle of the place. */
function turned(z: number[], place: number, base: number): number[] {
  const half = z.length / 2;
  return z.map((value, c) => {
    const angle = place / base ** ((2 * (c % half)) / z.length);
    const other = c < half ? -z[c + half] : z[c - half];
    return Math.cos(angle) * value + Math.sin(angle) * other;
  });
}

/** ln of the mean of e^{β⟨q_i, k_j⟩}, a head, at states read with the scales of others. */
function energiesAt(kind: Kind, tensors: Tensors, k: number, states: Rows, as: Rows): number[] {
  const { heads, keyHeads, size, beta, normed, read } = kind;
  const { query, key, base, sees } = kind.layer(k);
  const y = states.map((x, i) => read(tensors, k, x, as[i]));
  const [q, keys] = [
    mapped(tensors, query, y, heads * size),
    mapped(tensors, key, y, keyHeads * size),
  ];
  const of = (z: number[], head: number, which: 'q' | 'k', place: number) => {
    const own = z.slice(head * size, (head + 1) * size);
    const plain = normed ? normed(tensors, k, which, own) : own;
    return base === undefined ? plain : turned(plain, place, base);
  };
  return Array.from({ length: heads }, (_, h) => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < y.length; i++)
      for (let j = 0; j < y.length; j++) {
        if (!Number.isNaN(sees) && !(j <= i && i - j < sees)) continue;
        const [a, b] = [
          of(q[i], h, 'q', i),
          of(keys[j], Math.floor((h * keyHeads) / heads), 'k', j),
        ];
        sum += Math.exp(beta * a.reduce((all, value, c) => all + value * b[c], 0));
        count++;
      }
    return Math.log(sum / count);
  });
}

it.each(KINDS)('of $name', (kind) => {
  const model = readModel(folderOf(kind.name, kind.mask), { precision: 'float64' });
  const { ids } = plainOf(kind.name);
  const text = textOf(ids, kind.mask === undefined ? -1 : 2, '[MASK]');
  const entries = entriesOf(rawTensors(kind.name));
  const tensors: Tensors = (name) => {
    const entry = entries.get(name);
    return entry ? Array.from(wideVector(readStored(entry))) : [];
  };
  const found = surveyText(model, text, { surrogates: 0 });
  const layout = model.layOut(text);
  const { frames, parts = [] } = model.run(layout, { parts: true });
  const network = asNetwork(model, 'this test');
  const rowsOf = (data: ArrayLike<number>): Rows => {
    const width = data.length / layout.tokens.length;
    return layout.tokens.map((_, i) => Array.from(data).slice(i * width, (i + 1) * width));
  };
  const layers = network.layersFor(layout.tokens.length);
  for (const [k, energies] of (found.logEnergies ?? []).entries()) {
    const [start, end] = [frames[k].positions, frames[k + 1].positions];
    const middle = { shape: start.shape, data: parts[k].data.slice(0, start.data.length) };
    const sum = (x: typeof start, part: 'attention' | 'mlp') =>
      rowsOf(x.data.map((value, at) => value + layers.velocity(k + 1, part, x).data[at]));
    const [x, y, z] = [start, middle, end].map(({ data }) => rowsOf(data));
    const attended = kind.post ? sum(start, 'attention') : y;
    const moved = kind.post ? sum(middle, 'mlp') : z;
    const at = (states: Rows, as: Rows) => energiesAt(kind, tensors, k, states, as);
    const [before, a, m, b, after] = [at(x, x), at(attended, x), at(y, y), at(moved, y), at(z, z)];
    expect(energies.heads).toHaveLength(kind.heads);
    for (const [h, steps] of energies.heads.entries()) {
      expect(steps.before).toBeCloseTo(before[h], 11);
      expect(steps.attention).toBeCloseTo(a[h] - before[h], 11);
      expect(steps.mlp).toBeCloseTo(b[h] - m[h], 11);
      expect(steps.normalisation).toBeCloseTo(m[h] - a[h] + after[h] - b[h], 11);
      expect(steps.after).toBeCloseTo(after[h], 11);
      const { attention, mlp, normalisation } = steps;
      expect(steps.before + attention + mlp + normalisation).toBeCloseTo(steps.after, 12);
      // the scale of a state is nothing to a head that norms its own queries and keys
      if (kind.normed) expect(Math.abs(normalisation)).toBeLessThan(1e-6);
      else expect(Math.abs(normalisation)).toBeGreaterThan(1e-6);
    }
    // with Q = K = I and β = 1: the energy that is told of the frames, in another form
    const { directions } = energies;
    expect((Math.exp(directions.before) - 1) / 2).toBeCloseTo(found.energies[k].energy, 12);
    expect((Math.exp(directions.after) - 1) / 2).toBeCloseTo(found.energies[k + 1].energy, 12);
    expect(
      directions.before + directions.attention + directions.mlp + directions.normalisation,
    ).toBeCloseTo(directions.after, 12);
  }
  expect(found.logEnergies).toHaveLength(frames.length - 1);
  const report = textSurveyReport(found);
  const [table] = report.more ?? [];
  expect(table.columns[0].values).toHaveLength((frames.length - 1) * kind.heads);
});
