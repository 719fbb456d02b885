/** One attention layer on equiangular tokens as β grows with ln n: a threshold, and how wide it is (claim C21). */
import { z } from 'zod';
import { selfAttention } from '../dynamics/self-attention.ts';
import type { Point } from '../figures/figure.ts';
import { normaliseRows } from '../flow/problem.ts';
import { drawStart, equalMasses } from '../geometry/catalogue.ts';
import { equiangular } from '../geometry/equiangular.ts';
import { cosineAfterAttention } from '../limits/steps/equiangular-map.ts';
import { exp, log } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { dot } from '../numerics/vectors.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  cosine: numberBetween(0.01, 0.99).default(0.4).describe('ρ of all pairs of tokens'),
  sizes: z.array(wholeNumber(4, 1024)).min(2).default([16, 64, 256, 512]).describe('n'),
  residual: numberBetween(0, 10).default(0).describe('What a token keeps of itself'),
});
type Settings = z.output<typeof schema>;

const EXACT = 'largest error of the output cosines, attention against the closed form';
const BELOW = 'output cosine at half the threshold, n = 10²⁴';
const AT = 'output cosine at the threshold, n = 10²⁴';
const ABOVE = 'output cosine at twice the threshold, n = 10²⁴';
const WIDTH = 'width of the threshold in γ, times ln n';

/** γ over the threshold 1/(1 − ρ). */
const SHARES = [0.5, 0.8, 0.9, 1, 1.1, 1.2, 2];
/** As many tokens as the closed form is asked for, which no layer has. */
const MANY = 1e24;
/** The threshold reaches from u = −2 to 2. */
const EDGE = 2;
/** Halvings of the γ that is sought. */
const HALVINGS = 24;
/** More tokens than these are not asked for it. */
const WIDTH_TOKENS = 256;

export const oneLayerExperiment = experiment({
  id: 'c21-one-layer',
  title:
    'One attention layer without a residual connection on tokens of cosine 0 < ρ < 1, with β = γ ln n: the output cosine tends to 1, 4ρ/(1+3ρ) or ρ for γ below, at or above 1/(1−ρ), over a width of 1/ln n.',
  citation: 'arXiv 2510.05554',
  schema,
  seconds: 10,
  quick: { sizes: [16, 64, 256] },
  tiny: { sizes: [8, 32] },
  broken: { residual: 1 },
  predict({ cosine: rho, sizes }) {
    const n = Math.min(WIDTH_TOKENS, Math.max(...sizes));
    return [
      {
        quantity: EXACT,
        expected: { low: 0, high: 1e-12 },
        why: 'with p = 1/(1 + (n−1)e^{−β(1−ρ)}) on itself and q on every other one the output cosine is [(p−q)²ρ + b]/[(p−q)² + b], b = 2(p−q)qs + q²ns, s = 1 + (n−1)ρ; what is left is round-off',
      },
      {
        quantity: BELOW,
        expected: { value: 1, tolerance: 1e-9 },
        why: 'p/(nq) = n^{γ(1−ρ)−1} → 0: every token hears the mean of all, up to n^{−1}',
      },
      {
        quantity: AT,
        expected: { value: (4 * rho) / (1 + 3 * rho), tolerance: 1e-9 },
        why: 'p → ½ and nq → ½: ρ over ¼ + ¾ρ, up to 1/n',
      },
      {
        quantity: ABOVE,
        expected: { value: rho, tolerance: 1e-9 },
        why: 'p → 1: every token hears itself alone',
      },
      {
        quantity: WIDTH,
        expected: { value: (2 * EDGE) / (1 - rho), tolerance: 20 / n },
        why: 'with γ(1−ρ) = 1 + u/ln n the output cosine tends to ρ/(ρ + (1−ρ)p²), p = 1/(1 + e^{−u}): from its value at u = −2 to that at u = 2 γ goes by 4/((1−ρ) ln n), and the output cosine is 1/n from its limit, which its slope of 0.05 at u = −2 turns into 20/n',
      },
    ];
  },
  async measure(settings, context) {
    const { cosine: rho, sizes, residual } = settings;
    const rows = await measureCells(outputs, settings, sizes.length + 1, context);
    const found = rows.slice(0, sizes.length);
    const many = (share: number) =>
      residual > 0 ? Number.NaN : cosineAfterAttention(rho, tokensAt(rho, share, MANY));
    const curves = [...sizes, MANY];
    const grid = Array.from({ length: 121 }, (_, k) => 0.5 + k / 80);
    return {
      values: {
        [EXACT]: exactly(Math.max(...found.flat().map(({ error }) => error))),
        [BELOW]: exactly(many(0.5)),
        [AT]: exactly(many(1)),
        [ABOVE]: exactly(many(2)),
        [WIDTH]: exactly(rows[sizes.length][0].width),
      },
      columns: [
        { name: 'share', heading: 'γ(1 − ρ)', values: SHARES },
        ...sizes.map((n, i) => ({
          name: `n${n}`,
          heading: `n = ${n}`,
          values: found[i].map(({ cosine }) => cosine),
        })),
        { name: 'many', heading: 'n = 10²⁴', values: SHARES.map(many) },
      ],
      figure: {
        title: 'Output cosine of one layer',
        caption: `Tokens of cosine ρ = ${rho}, β = γ ln n. Lines: closed form; dots: attention.`,
        panels: [
          {
            x: { label: 'γ (1 − ρ)' },
            y: { label: 'output cosine', domain: [0, 1] },
            series: [
              ...curves.map((n, colour) => ({
                kind: 'line' as const,
                name: n === MANY ? 'n = 10²⁴' : `n = ${n}`,
                colour,
                points: grid.map(
                  (share): Point => [share, cosineAfterAttention(rho, tokensAt(rho, share, n))],
                ),
              })),
              ...found.map((row, colour) => ({
                kind: 'scatter' as const,
                colour,
                points: row.map(({ cosine }, k): Point => [SHARES[k], cosine]),
              })),
            ],
          },
        ],
      },
      notes: [
        `at usable sizes the limits are far: a tenth below the threshold the output cosine is ${cosineAfterAttention(rho, tokensAt(rho, 0.9, 1e3)).toFixed(3)} at n = 10³ and ${cosineAfterAttention(rho, tokensAt(rho, 0.9, 1e6)).toFixed(3)} at n = 10⁶ instead of 1`,
        'ρ = 0 is another case: then every other token is orthogonal, and below the threshold the output cosine tends to 1 only where nq² exceeds p², that is for γ < ½',
      ],
    };
  },
});

/** β = γ ln n at such a share of the threshold. */
const tokensAt = (rho: number, share: number, n: number) => ({
  n,
  beta: (share / (1 - rho)) * log(n),
});

interface Output {
  /** Of the tokens that leave the layer; the mean of the pairs looked at. */
  readonly cosine: number;
  /** The largest distance of one of them to the closed form. */
  readonly error: number;
  /** Of the threshold, times ln n. */
  readonly width: number;
}

/** Index of a size: its output cosines at all shares; the index behind them: the width at the last size. */
async function outputs(settings: Settings, index: number): Promise<Output[]> {
  const { cosine: rho, sizes } = settings;
  if (index === sizes.length) {
    const n = Math.min(WIDTH_TOKENS, Math.max(...sizes));
    const width =
      ((thresholdEdge(settings, n, EDGE) - thresholdEdge(settings, n, -EDGE)) / (1 - rho)) * log(n);
    return [{ cosine: Number.NaN, error: 0, width }];
  }
  const n = sizes[index];
  return SHARES.map((share) => {
    const tokens = tokensAt(rho, share, n);
    const expected = cosineAfterAttention(rho, tokens);
    const cosines = layerCosines(settings, tokens);
    const error = Math.max(...cosines.map((cosine) => Math.abs(cosine - expected)));
    return { cosine: cosines[0], error, width: Number.NaN };
  });
}

/** The share of the threshold at which the layer's output cosine is the limit's at u, by halving. */
function thresholdEdge(settings: Settings, n: number, u: number): number {
  const { cosine: rho } = settings;
  const wanted = rho / (rho + (1 - rho) / (1 + exp(-u)) ** 2);
  let [low, high] = [0.1, 3];
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (low + high) / 2;
    if (layerCosines(settings, tokensAt(rho, middle, n))[0] > wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Cosines of the first output with the second and with the last one, and of the last two. */
function layerCosines(
  { cosine, residual }: Settings,
  { n, beta }: { n: number; beta: number },
): number[] {
  const { positions } = drawStart(equiangular, { cosine }, { n, d: n, seed: 1 });
  const out = new Float64Array(n * n);
  attentionField(selfAttention, { beta }, n, n).ambient(positions.data, equalMasses(n), out);
  for (let at = 0; at < out.length; at++) out[at] += residual * positions.data[at];
  normaliseRows(out, n);
  const token = (i: number) => out.subarray(i * n, (i + 1) * n);
  return [
    [0, 1],
    [0, n - 1],
    [n - 2, n - 1],
  ].map(([i, j]) => dot(token(i), token(j)));
}
