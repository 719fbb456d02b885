/** How fast tokens come together without a residual connection, and under which coupling (claim C32). */
import { z } from 'zod';
import type { Dynamics } from '../dynamics/dynamics.ts';
import { noProjection } from '../dynamics/no-projection.ts';
import { selfAttention } from '../dynamics/self-attention.ts';
import { sinkhornAttention } from '../dynamics/sinkhorn.ts';
import type { Point } from '../figures/figure.ts';
import { equalMasses } from '../geometry/catalogue.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { atan2, cos, exp, expm1, log, pow, sin } from '../numerics/elementary.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { random } from '../numerics/random.ts';
import { symmetricEigen } from '../numerics/spectrum.ts';
import { mean } from '../numerics/statistics.ts';
import { dot } from '../numerics/vectors.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  beta: numberBetween(0.1, 20).default(2),
  n: wholeNumber(4, 500).default(64).describe('Tokens'),
  d: wholeNumber(2, 64).default(3),
  spread: numberBetween(1e-3, 0.3)
    .default(0.1)
    .describe('Standard deviation of the tokens about a mean of length 1'),
  layers: wholeNumber(4, 8).default(6),
  narrow: numberBetween(0.01, 0.2)
    .default(0.05)
    .describe('Of the angles on the circle, Sinkhorn against softmax'),
  sharp: numberBetween(1, 100).default(5).describe('β of three clusters'),
  apart: numberBetween(0.3, 1.5).default(1).describe('Angle from one of them to the next'),
  seeds: wholeNumber(2, 1000).default(20),
  residual: numberBetween(0, 10).default(0).describe('What a token keeps of itself'),
});
type Settings = z.output<typeof schema>;

const BASE = 'base of the doubly exponential decay, at the last layer';
const FACTOR = 'largest relative error of λ⁺ = β²λ³ from the third layer on';
const SEEN = 'relative difference of Float64 layers from those in logarithms, first two layers';
const SLOWER = 'how much slower Sinkhorn is after one normalised layer, over its prediction';
const CROSSING = 'mass in the middle of three clusters at which both couplings agree';
const FASTER = 'spread under Sinkhorn over that under softmax, at half of that mass';

export const collapseExperiment = experiment({
  id: 'c32-collapse',
  title:
    'Without a residual connection a small spread decays doubly exponentially with base 3; Sinkhorn’s coupling is slower than softmax for narrow laws, and faster where most of the mass lies at the ends.',
  citation: 'arXiv 2604.07925',
  schema,
  seconds: 5,
  quick: { seeds: 5, n: 32 },
  tiny: { seeds: 3, n: 12 },
  broken: { residual: 1 },
  predict({ beta, narrow, sharp, apart }) {
    return [
      {
        quantity: BASE,
        expected: { value: 3, tolerance: 1e-6 },
        why: 'about the weighted mean the layer is x_i ↦ Σ_j w_j (e^{β⟨x_i, x_j⟩} − 1) x_j / (1 + …) = βΣx_i to leading order, so Σ⁺ = β²Σ³: the base is that of ln λ, and of ln ln(1/λ) over the layers',
      },
      {
        quantity: FACTOR,
        expected: { value: 0, tolerance: 1e-6 },
        why: 'the next order is λ itself, some e^{−37} at the third layer',
      },
      {
        quantity: SEEN,
        expected: { value: 0, tolerance: 1e-5 },
        why: 'a spread s beside a mean of 1 is known to 1e-16/s: it is 1e-3 after one layer, 1e-9 after two, and less than round-off after three',
      },
      {
        quantity: SLOWER,
        expected: { value: 1, tolerance: 10 * beta * narrow ** 2 + 0.02 },
        why: 'on the circle softmax weighs keys by e^{−βθ²/2}, which narrows what they spread to m₂ − (β/2)(m₄ − m₂²); balancing takes that weight away: the ratio is 1 + (β/2)(m₄ − m₂²)/m₂, up to θ²',
      },
      {
        quantity: CROSSING,
        expected: { value: crossingMass(sharp, apart), tolerance: 1e-6 },
        why: 'with masses ½(1−μ), μ, ½(1−μ) at −a, 0, a, c = β(1−cos a) and e = β(1−cos 2a), softmax is doubly stochastic, and so Sinkhorn’s, where all rows have one sum: μ = A/(A + 1 − e^{−c}), A = ½(1 + e^{−e}) − e^{−c}',
      },
      {
        quantity: FASTER,
        expected: { low: 0, high: 0.999 },
        why: 'below it the middle has the smaller sum, so that balancing gives it more of the ends’ attention: they move further in',
      },
    ];
  },
  async measure(settings, context) {
    const { sharp, apart, seeds, layers } = settings;
    const found = await measureCells(cell, settings, seeds + 1, context);
    const slower = found.slice(0, seeds).map(({ slower }) => slower);
    const [{ logarithms, seen }] = found;
    const { crossing } = found[seeds];
    const steps = logarithms.slice(1).map((after, k) => after - logarithms[k]);
    const late = logarithms.slice(3).map((after, k) => {
      const expected = 3 * logarithms[k + 2] + 2 * log(settings.beta);
      return Math.abs(expm1(after - expected));
    });
    const masses = Array.from({ length: 19 }, (_, k) => 0.05 * (k + 1));
    return {
      values: {
        [BASE]: exactly(steps[steps.length - 1] / steps[steps.length - 2]),
        [FACTOR]: exactly(Math.max(...late)),
        [SEEN]: exactly(seen),
        [SLOWER]: { ...bootstrap(slower, mean), samples: seeds },
        [CROSSING]: exactly(crossing),
        [FASTER]: exactly(ratioOfThree(sharp, apart, crossing / 2)),
      },
      columns: [
        { name: 'layer', heading: 'layer', values: logarithms.map((_, k) => k) },
        { name: 'log_spread', heading: 'ln λ', values: logarithms },
        {
          name: 'by_the_law',
          heading: '3 ln λ + 2 ln β of the layer before',
          values: logarithms.map((_, k) =>
            k === 0 ? Number.NaN : 3 * logarithms[k - 1] + 2 * log(settings.beta),
          ),
        },
      ],
      figure: {
        title: 'How tokens come together without a residual connection',
        caption: `The logarithm of −ln λ, λ the largest variance, over ${layers} layers, and its base 3. Then three clusters, Sinkhorn over softmax after one layer, β = ${sharp}; the dot is where both are predicted to agree.`,
        panels: [
          {
            x: { label: 'layer' },
            y: { label: 'ln(−ln λ)' },
            series: [
              {
                kind: 'scatter',
                name: 'layers',
                points: logarithms.map((one, k): Point => [k, log(-one)]),
              },
              {
                kind: 'line',
                name: 'base 3',
                points: [2, layers].map((k): Point => [k, log(-logarithms[2]) + (k - 2) * log(3)]),
              },
            ],
          },
          {
            x: { label: 'mass in the middle' },
            y: { label: 'spread, Sinkhorn over softmax' },
            series: [
              {
                kind: 'line',
                points: masses.map((one): Point => [one, ratioOfThree(sharp, apart, one)]),
              },
              { kind: 'scatter', name: 'predicted', points: [[crossingMass(sharp, apart), 1]] },
            ],
          },
        ],
      },
      notes: [
        `Float64 alone sees two layers from a spread of ${settings.spread}: what follows is computed about the mean, with its scale as a logarithm`,
      ],
    };
  },
});

/** μ at which softmax attention of three clusters is doubly stochastic. */
function crossingMass(beta: number, apart: number): number {
  const near = exp(-beta * (1 - cos(apart)));
  const half = (1 + exp(-beta * (1 - cos(2 * apart)))) / 2 - near;
  return half / (half + 1 - near);
}

interface Cell {
  /** ln λ at every layer, from the start on. */
  readonly logarithms: readonly number[];
  readonly seen: number;
  readonly slower: number;
  readonly crossing: number;
}

/** A seed's; the index behind them has what is drawn by none. */
async function cell(settings: Settings, index: number): Promise<Cell> {
  if (index === settings.seeds)
    return { logarithms: [], seen: 0, slower: 0, crossing: foundCrossing(settings) };
  const seed = index + 1;
  return { ...collapseOf(settings, seed), slower: slowerBy(settings, seed), crossing: 0 };
}

/** Layers about the mean with their scale as a logarithm, and the same ones in Float64. */
function collapseOf(settings: Settings, seed: number): Pick<Cell, 'logarithms' | 'seen'> {
  const { n, d, spread, beta, layers, residual } = settings;
  const stream = random(seed, 0);
  const centre = Float64Array.from({ length: d }, (_, k) => (k === 0 ? 1 : 0));
  let tokens: Scaled = {
    apart: matrix(
      n,
      d,
      Float64Array.from({ length: n * d }, () => stream.gaussian()),
    ),
    scale: log(spread),
    centre,
  };
  let plain = Float64Array.from(tokens.apart.data, (value, at) => centre[at % d] + spread * value);
  const field = attentionField(noProjection, { beta }, n, d);
  const logarithms = [logSpread(tokens)];
  let seen = 0;
  for (let layer = 1; layer <= layers; layer++) {
    tokens = afterLayer(tokens, beta, residual);
    logarithms.push(logSpread(tokens));
    if (layer > 2) continue;
    const out = new Float64Array(n * d);
    field.ambient(plain, equalMasses(n), out);
    plain = out.map((value, at) => value + residual * plain[at]);
    const both = logSpread({ apart: matrix(n, d, plain), scale: 0, centre });
    seen = Math.max(seen, Math.abs(expm1((both - logarithms[layer]) / 2)));
  }
  return { logarithms, seen };
}

/** Tokens centre + e^scale · apart, rows of `apart` of size 1. */
interface Scaled {
  readonly apart: Matrix;
  readonly scale: number;
  readonly centre: Float64Array;
}

/**
 * About c = Σ_j w_j x_j with w_j ∝ e^{β⟨c, x_j⟩} attention is Σ_j w_j g_ij x_j / (1 + Σ_j w_j g_ij), g = e^s − 1 and
 * s = β⟨x_i, x_j⟩: no difference of large numbers is taken, and g is s where it is small.
 */
function afterLayer({ apart, scale, centre }: Scaled, beta: number, residual: number): Scaled {
  const { rows: n, columns: d } = apart;
  const size = exp(scale);
  const { weights, about, moved } = weighted(apart, size, centre, beta);
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const own = about.subarray(i * d, (i + 1) * d);
    let total = 1;
    for (let j = 0; j < n; j++) {
      const other = about.subarray(j * d, (j + 1) * d);
      // s over e^{2 scale}, which stays of size 1
      const s = beta * dot(own, other);
      const small = s * size * size;
      const g = small === 0 ? s : s * (expm1(small) / small);
      total += weights[j] * g * size * size;
      for (let k = 0; k < d; k++) out[i * d + k] += weights[j] * g * other[k];
    }
    for (let k = 0; k < d; k++) out[i * d + k] /= total;
  }
  if (residual > 0)
    return {
      apart: matrix(
        n,
        d,
        out.map((value, at) => residual * about[at] + size * size * value),
      ),
      scale,
      centre: moved.map((value) => (1 + residual) * value),
    };
  const norm = Math.sqrt(dot(out, out) / out.length);
  return {
    apart: matrix(
      n,
      d,
      out.map((value) => value / norm),
    ),
    scale: 3 * scale + log(norm),
    centre: moved,
  };
}

/** The weights w, and rows about their mean; a fixed point, since w hangs on it. */
function weighted(apart: Matrix, size: number, centre: Float64Array, beta: number) {
  const { rows: n, columns: d } = apart;
  const about = Float64Array.from(apart.data);
  const moved = Float64Array.from(centre);
  let weights = equalMasses(n);
  for (let sweep = 0; sweep < 40; sweep++) {
    const shift = new Float64Array(d);
    for (let j = 0; j < n; j++)
      for (let k = 0; k < d; k++) shift[k] += weights[j] * about[j * d + k];
    for (let at = 0; at < about.length; at++) about[at] -= shift[at % d];
    for (let k = 0; k < d; k++) moved[k] += size * shift[k];
    weights = Float64Array.from({ length: n }, (_, j) =>
      exp(beta * size * dot(moved, about.subarray(j * d, (j + 1) * d))),
    );
    const total = weights.reduce((sum, one) => sum + one, 0);
    weights = weights.map((one) => one / total);
  }
  return { weights, about, moved };
}

/** ln of the largest eigenvalue of the covariance. */
function logSpread({ apart, scale }: Scaled): number {
  const { rows: n, columns: d, data } = apart;
  const means = Float64Array.from({ length: d }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += data[i * d + k];
    return sum / n;
  });
  const covariance = matrix(d, d);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < d; k++)
      for (let l = 0; l < d; l++)
        covariance.data[k * d + l] +=
          ((data[i * d + k] - means[k]) * (data[i * d + l] - means[l])) / n;
  return log(Math.max(...symmetricEigen(covariance).values)) + 2 * scale;
}

/** Angles of tokens on the circle after one layer of attention alone. */
function anglesAfter(entry: Dynamics, beta: number, angles: Float64Array, masses: Float64Array) {
  const n = angles.length;
  const positions = new Float64Array(2 * n);
  angles.forEach((angle, i) => {
    positions[2 * i] = cos(angle);
    positions[2 * i + 1] = sin(angle);
  });
  const out = new Float64Array(2 * n);
  attentionField(entry, { beta }, n, 2).ambient(positions, masses, out);
  return Float64Array.from({ length: n }, (_, i) => atan2(out[2 * i + 1], out[2 * i]));
}

/** Sinkhorn's spread over that of softmax, less 1, over the predicted one; normal angles and their mirror images. */
function slowerBy({ n, beta, narrow }: Settings, seed: number): number {
  const stream = random(seed, 1);
  const half = Array.from({ length: n }, () => narrow * stream.gaussian());
  const angles = Float64Array.from([...half, ...half.map((angle) => -angle)]);
  const spread = (entry: Dynamics) => {
    const after = anglesAfter(entry, beta, angles, equalMasses(2 * n));
    return Math.sqrt(dot(after, after));
  };
  const moment = (power: number) => mean(half.map((angle) => pow(angle, power)));
  const [second, fourth] = [moment(2), moment(4)];
  const predicted = ((beta / 2) * (fourth - second ** 2)) / second;
  return (spread(sinkhornAttention) / spread(selfAttention) - 1) / predicted;
}

/** Clusters at −a, 0, a: how far the last one is from the middle after a layer, Sinkhorn over softmax. */
function ratioOfThree(beta: number, apart: number, middle: number): number {
  const angles = Float64Array.of(-apart, 0, apart);
  const masses = Float64Array.of((1 - middle) / 2, middle, (1 - middle) / 2);
  const [sinkhorn, softmax] = [sinkhornAttention, selfAttention].map(
    (entry) => anglesAfter(entry, beta, angles, masses)[2],
  );
  return sinkhorn / softmax;
}

/** By halving. */
function foundCrossing({ sharp, apart }: Settings): number {
  let [low, high] = [0.01, 0.99];
  for (let k = 0; k < 40; k++) {
    const middle = (low + high) / 2;
    if (ratioOfThree(sharp, apart, middle) < 1) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
