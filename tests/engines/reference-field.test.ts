/** The reference field against the equations of the flows, written here once more and as plainly as can be. */
import { describe, expect, it } from 'vitest';
import { COUPLING_KINDS, type CouplingKind } from '../../src/attention/coupling.ts';
import type { Interaction } from '../../src/attention/interaction.ts';
import { dynamics } from '../../src/dynamics/catalogue.ts';
import type { Dynamics } from '../../src/dynamics/dynamics.ts';
import type { FieldRequest } from '../../src/engines/field.ts';
import { referenceField } from '../../src/engines/reference-field.ts';
import { type Matrix, matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { APART, certifyField, type Truth } from './fields.ts';
import { couplingOf, inner, MASSES, STARTS } from './particles.ts';

/** Σ_l x_l W_lc for one column c; x_c where there is no W. */
function through(x: Float64Array, w: Matrix | undefined, c: number): number {
  if (!w) return x[c];
  let sum = 0;
  for (let l = 0; l < x.length; l++) sum += x[l] * w.data[l * w.columns + c];
  return sum;
}

/** Couplings of one query from its scores and the masses that it sees. */
const COUPLINGS: Record<CouplingKind, (s: number[], w: number[], tie: number) => number[]> = {
  softmax(s, w) {
    const top = Math.max(...s.filter((_, j) => w[j] > 0));
    return toShares(s.map((score, j) => (w[j] > 0 ? w[j] * Math.exp(score - top) : 0)));
  },
  exponential: (s, w) => s.map((score, j) => (w[j] > 0 ? w[j] * Math.exp(score) : 0)),
  hardmax(s, w, tie) {
    const top = Math.max(...s.filter((_, j) => w[j] > 0));
    return toShares(s.map((score, j) => (score >= top - tie ? w[j] : 0)));
  },
  linear: (s, w) => s.map((score, j) => w[j] * score),
  sinkhorn: () => {
    throw new Error('is not row by row: sinkhorn.test.ts');
  },
};

function toShares(parts: number[]): number[] {
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => (sum === 0 ? 0 : part / sum));
}

/** A^h_ij of query i. */
function couplings(
  { coupling, causal, beta, weights, tie }: Interaction,
  rows: readonly Float64Array[],
  masses: Float64Array,
  [h, i]: [h: number, i: number],
): number[] {
  const size = weights ? weights.query.columns / beta.length : rows[0].length;
  const seen = causal ? i + 1 : rows.length;
  const scores: number[] = [];
  for (let j = 0; j < seen; j++) {
    let score = 0;
    for (let c = h * size; c < (h + 1) * size; c++)
      score += through(rows[i], weights?.query, c) * through(rows[j], weights?.key, c);
    scores.push(beta[h] * score);
  }
  return COUPLINGS[coupling](scores, [...masses.subarray(0, seen)], tie);
}

const rowsOf = (x: Float64Array, n: number) =>
  Array.from({ length: n }, (_, i) => x.subarray((i * x.length) / n, ((i + 1) * x.length) / n));

/** v_i = sign · Σ_h Σ_j A^h_ij (x_j V_h) O_h, and v_i − ⟨x_i, v_i⟩ x_i. */
const literal: Truth = (interaction, x, masses, kind) => {
  const { beta, weights, sign } = interaction;
  const rows = rowsOf(x, masses.length);
  const d = rows[0].length;
  const size = weights ? weights.value.columns / beta.length : d;
  return Float64Array.from(
    rows.flatMap((own, i) => {
      const mixed = new Float64Array(beta.length * size);
      for (let h = 0; h < beta.length; h++)
        couplings(interaction, rows, masses, [h, i]).forEach((share, j) => {
          for (let c = h * size; c < (h + 1) * size; c++)
            if (share !== 0) mixed[c] += share * through(rows[j], weights?.value, c);
        });
      const v = own.map((_, c) => sign * through(mixed, weights?.output, c));
      const along = kind === 'tangent' ? inner(own, v) : 0;
      return Array.from(v, (value, c) => value - along * own[c]);
    }),
  );
};

/** Coupled row by row, sums of values; what is not has its own test. */
const isPlain = ({ name }: Dynamics) => !APART.includes(name);

certifyField({
  engine: referenceField,
  precision: 'float64',
  claims: dynamics.filter(isPlain).map(({ name }) => name),
  apart: APART,
  dimensions: [2, 3, 4, 5, 16],
  tolerance: 1e-12,
  clusters: 1e-12,
  truth: literal,
});

const SOFTMAX: Interaction = {
  coupling: 'softmax',
  causal: false,
  beta: [4],
  weights: null,
  sign: 1,
  tie: 0,
};

describe('the couplings of the reference engine', () => {
  const size = 3;
  const gaussians = (rows: number, columns: number, seed: number) =>
    matrix(rows, columns, Float64Array.from({ length: rows * columns }, random(seed).gaussian));
  const weights = {
    query: gaussians(4, 2 * size, 1),
    key: gaussians(4, 2 * size, 2),
    value: gaussians(4, 2 * size, 3),
    output: gaussians(2 * size, 4, 4),
  };
  const kinds = COUPLING_KINDS.filter((kind) => kind !== 'sinkhorn');

  it.each(kinds)('are those of %s, for narrow heads too', (coupling) => {
    for (const causal of [false, true]) {
      const interaction = { ...SOFTMAX, coupling, causal, weights, beta: [0.5, 2] };
      const [x, masses] = [STARTS.scattered('sphere', 9, 4), MASSES.uneven(9)];
      const found = couplingOf(interaction, x, masses);
      expect(found).toHaveLength(2);
      for (const [h, { data }] of found.entries())
        for (let i = 0; i < 9; i++) {
          const expected = new Float64Array(9);
          expected.set(couplings(interaction, rowsOf(x, 9), masses, [h, i]));
          const close = { absolute: 1e-15, relative: 1e-13 };
          expect(data.subarray(9 * i, 9 * i + 9)).toBeAllClose(expected, close);
        }
    }
  });

  it('of softmax and hardmax sum to 1, and give nothing to particles without mass', () => {
    const masses = MASSES.uneven(20);
    for (const coupling of ['softmax', 'hardmax'] as const) {
      const [a] = couplingOf({ ...SOFTMAX, coupling }, STARTS.axes('sphere', 20, 3), masses);
      for (let i = 0; i < 20; i++) {
        const shares = row(a, i);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 14);
        expect([shares[0], shares[7], shares[14]]).toEqual([0, 0, 0]);
      }
    }
  });

  it('are the same block by block', () => {
    // Two blocks of queries, at 2^20 pairs a block.
    const n = 1100;
    const [a] = couplingOf(SOFTMAX, STARTS.scattered('sphere', n, 3), MASSES.equal(n));
    for (const i of [0, 952, 953, 954, 1099]) {
      const rows = rowsOf(STARTS.scattered('sphere', n, 3), n);
      const expected = couplings(SOFTMAX, rows, MASSES.equal(n), [0, i]);
      expect(row(a, i)).toBeAllClose(expected, { absolute: 1e-15 });
    }
  });
});

describe('what the reference engine refuses', () => {
  const request = (asked: Partial<FieldRequest>): FieldRequest => ({
    interaction: SOFTMAX,
    n: 10,
    d: 3,
    precision: 'float64',
    accuracy: 1e-12,
    threads: 1,
    ...asked,
  });
  const sharp: Interaction = { ...SOFTMAX, coupling: 'exponential', beta: [710] };

  it.each<[string, Partial<FieldRequest>]>([
    ['it computes in float64 only, not float32: ask for float64', { precision: 'float32' }],
    ['n = 20001 particles are more than the 20000', { n: 20_001 }],
    ['β = 710: the largest usable β is 709.7', { interaction: sharp }],
  ])('%s', async (clause, asked) => {
    expect(referenceField.refusal(request(asked))).toMatch(clause);
    await expect(referenceField.open(request(asked))).rejects.toThrow(clause);
  });

  it('nothing else', () => {
    expect(referenceField.refusal(request({ n: 20_000, d: 500 }))).toBeNull();
    expect(referenceField.refusal(request({ interaction: { ...sharp, beta: [709] } }))).toBeNull();
  });
});
