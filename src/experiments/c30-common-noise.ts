/** Layers with V drawn anew, the same for all tokens: who ends aligned, who antipodal, and for how long (claim C30). */
import { z } from 'zod';
import { selfAttention } from '../dynamics/self-attention.ts';
import type { Point } from '../figures/figure.ts';
import { normaliseRows } from '../flow/problem.ts';
import { equalMasses } from '../geometry/catalogue.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { cos, exp, log, sin } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { random } from '../numerics/random.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { experiment, type Measured } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  dimensions: z.array(wholeNumber(4, 64)).min(1).default([4, 8, 16]).describe('d of the threshold'),
  draws: wholeNumber(500, 1e6).default(12_000).describe('Layers that a rate is the mean of'),
  angle: numberBetween(0.2, 3)
    .default(Math.PI / 3)
    .describe('Between two tokens on the circle'),
  pairBetas: z
    .array(numberBetween(0.1, 10))
    .min(1)
    .default([0.5, 2])
    .describe('β of these two tokens'),
  splitBetas: z
    .array(numberBetween(0.1, 3))
    .min(2)
    .default([0.75, 1.25, 1.75])
    .describe('β of the splits'),
  step: numberBetween(1e-4, 0.1).default(0.02).describe('h of a layer'),
  time: numberBetween(5, 1_000)
    .default(20)
    .describe('Until then equal splits go; pairs go twice as long at most'),
  seeds: wholeNumber(20, 10_000).default(240),
  shared: z.boolean().default(true).describe('One V for all tokens, not one for each'),
});
type Settings = z.output<typeof schema>;

const thresholdOf = (d: number) => `β from which antipodal tokens attract, d = ${d}`;
const ANTIPODAL = 'share of pairs on the circle that end antipodal, all β';
const ALIGNED = 'share of pairs on the circle that end aligned, all β';
const EQUAL = 'share of equal splits 2 : 2 that persist';
const UNEQUAL = 'mean time in which splits 2 : 1 align over the predicted one, all β';

/** Tokens are together, or opposite, within this angle: the martingale turns back from there with its share of π. */
const TOGETHER = 0.02;
/** Angle from opposite at which rates are measured and splits begin. */
const NEAR = 1e-3;
/** Layers of a rate are so thin: its bias is of that order times d. */
const THIN = 1e-4;
/** Of these layers, each with a threshold of its own, for the interval. */
const BATCHES = 8;

export const commonNoiseExperiment = experiment({
  id: 'c30-common-noise',
  title:
    'With V drawn anew in every layer, the same for all tokens, two tokens end aligned or antipodal; antipodal ones attract from β = artanh √((d−3)/(d−1)) on; of more tokens equal splits persist, unequal ones align in a time like e^{2β}.',
  citation: 'arXiv 2601.21942',
  schema,
  seconds: 25,
  quick: { dimensions: [4, 8], draws: 4_000, splitBetas: [0.75, 1.25], seeds: 80 },
  tiny: { dimensions: [4, 8], draws: 3_000, splitBetas: [0.5, 0.75], seeds: 60 },
  broken: { shared: false, time: 5 },
  predict({ dimensions, angle, draws, pairBetas, splitBetas, seeds }) {
    const pairs = 2.5 / Math.sqrt(seeds * pairBetas.length);
    return [
      ...dimensions.map((d) => ({
        quantity: thresholdOf(d),
        expected: { value: thresholdBeta(d), tolerance: 10 / Math.sqrt(draws) },
        why: 'near c = −1 ln(1 + c) has the drift (d−3) − (d−1) tanh²β, near c = 1 ln(1 − c) has −(d−1) at every β; the tolerance is some four to six standard errors, two of them for the interval',
      })),
      {
        quantity: ANTIPODAL,
        expected: { value: angle / Math.PI, tolerance: pairs },
        why: 'on the circle the angle is a martingale at every β, as V has no direction: it ends at π with probability θ/π; the tolerance is five standard errors, two of them for the interval',
      },
      {
        quantity: ALIGNED,
        expected: { value: 1 - angle / Math.PI, tolerance: pairs },
        why: 'there is no third end',
      },
      {
        quantity: EQUAL,
        expected: { low: 0.97, high: 1 },
        why: 'both groups hear tanh β times themselves, so that opposite tokens stay opposite and what is missing shrinks; it grows to order one with probability 10^{−3}',
      },
      {
        quantity: UNEQUAL,
        expected: { value: 1, tolerance: 0.06 + 4 / Math.sqrt(seeds * splitBetas.length) },
        why: 'the greater group hears a, the smaller one b < a times itself, so that opposite groups are pushed apart with (a−b)²dt: T = 2∫_0^L (L−z)/σ²(z) dz with σ² = A + A′ − 2cB, the squared lengths of both means and their product; tolerated are four to five standard errors, two of them for the interval, and 6 % for h',
      },
    ];
  },
  async measure(settings, context) {
    const { dimensions, pairBetas, splitBetas, seeds, angle } = settings;
    const rows = pairBetas.length + 2 * splitBetas.length;
    const cells = await measureCells(cell, settings, dimensions.length + rows, context);
    const row = (at: number) => cells[dimensions.length + at];
    const pairs = pairBetas.map((_, k) => row(k));
    const equal = splitBetas.map((_, k) => row(pairBetas.length + k));
    const unequal = splitBetas.map((_, k) => row(pairBetas.length + splitBetas.length + k));
    const all = Array.from({ length: seeds }, (_, k) => k);
    const over = (statistic: (chosen: readonly number[]) => number): Measured => ({
      ...bootstrap(all, statistic),
      samples: seeds,
    });
    const share = (found: readonly number[][], end: number) =>
      over((chosen) =>
        mean(found.map((ends) => mean(chosen.map((k) => (ends[k] === end ? 1 : 0))))),
      );
    const expected = splitBetas.map(alignmentTime);
    return {
      values: {
        ...Object.fromEntries(
          dimensions.map((d, k) => [
            thresholdOf(d),
            { ...bootstrap(cells[k], mean), samples: BATCHES },
          ]),
        ),
        [ANTIPODAL]: share(pairs, -1),
        [ALIGNED]: share(pairs, 1),
        [EQUAL]: share(equal, -1),
        [UNEQUAL]: over((chosen) =>
          mean(unequal.map((times, k) => mean(chosen.map((s) => times[s])) / expected[k])),
        ),
      },
      columns: [
        { name: 'beta', heading: 'β', values: splitBetas },
        { name: 'time', heading: 'time of 2 : 1', values: unequal.map((times) => mean(times)) },
        { name: 'predicted', heading: 'predicted', values: expected },
      ],
      figure: {
        title: 'V drawn anew in every layer',
        caption: `Left: β from which antipodal tokens attract. Right: time in which two tokens against one align on the circle, mean of ${seeds} runs.`,
        panels: [
          {
            x: { label: 'd' },
            y: { label: 'β' },
            series: [
              {
                kind: 'scatter',
                name: 'measured',
                points: dimensions.map((d, k): Point => [d, mean(cells[k])]),
              },
              {
                kind: 'line',
                name: 'artanh √((d−3)/(d−1))',
                points: dimensions.map((d): Point => [d, thresholdBeta(d)]),
              },
            ],
          },
          {
            x: { label: 'β' },
            y: { label: 'ln time' },
            series: [
              {
                kind: 'scatter',
                name: 'measured',
                points: unequal.map((times, k): Point => [splitBetas[k], log(mean(times))]),
              },
              {
                kind: 'line',
                name: 'predicted',
                points: splitBetas.map((beta, k): Point => [beta, log(expected[k])]),
              },
            ],
          },
        ],
      },
      notes: [
        `in d = 2 and 3 antipodal tokens attract at every β > 0; from an angle of ${angle.toFixed(2)} on the circle β changes the time alone, not who ends where`,
      ],
    };
  },
});

/** tanh²β = (d−3)/(d−1). */
const thresholdBeta = (d: number) => {
  const root = Math.sqrt((d - 3) / (d - 1));
  return 0.5 * log((1 + root) / (1 - root));
};

/** The threshold by batches of layers, or an end (1 aligned, −1 antipodal, 0 neither) or a time of each seed. */
async function cell(settings: Settings, index: number): Promise<number[]> {
  const { dimensions, pairBetas, splitBetas, seeds, angle, time } = settings;
  if (index < dimensions.length) {
    return Array.from({ length: BATCHES }, (_, batch) =>
      measuredThreshold(dimensions[index], settings, batch),
    );
  }
  const at = index - dimensions.length;
  const runs = (run: (seed: number) => number) =>
    Array.from({ length: seeds }, (_, k) => run(1_000 * index + k));
  if (at < pairBetas.length) {
    return runs(
      (seed) => goOn([0, angle], pairBetas[at], 2 * time, settings, seed, (end) => end !== 0).end,
    );
  }
  const place = at - pairBetas.length;
  const beta = splitBetas[place % splitBetas.length];
  if (place < splitBetas.length) {
    const start = [0, NEAR, Math.PI, Math.PI + 2 * NEAR];
    return runs((seed) => goOn(start, beta, time, settings, seed).end);
  }
  const longest = 6 * alignmentTime(beta);
  return runs(
    (seed) => goOn([0, NEAR, Math.PI], beta, longest, settings, seed, (end) => end === 1).time,
  );
}

/** Where ln |x₁ + x₂| of nearly antipodal tokens no longer grows, by halving over the same layers. */
function measuredThreshold(d: number, settings: Settings, batch: number): number {
  const draws = Math.ceil(settings.draws / BATCHES);
  const start = new Float64Array(2 * d);
  start.set([1]);
  start.set([-cos(NEAR), sin(NEAR)], d);
  const rate = (beta: number) => {
    const layer = layerOf(2, d, beta, THIN, settings.shared);
    const stream = random(d, batch);
    let sum = 0;
    for (let k = 0; k < draws; k++) {
      const drawn = Float64Array.from({ length: layer.size }, () => stream.gaussian());
      // V and −V: what is odd in it has no mean
      for (const sign of [1, -1]) {
        const x = start.slice();
        layer.apply(
          x,
          drawn.map((value) => sign * value),
        );
        let square = 0;
        for (let a = 0; a < d; a++) square += (x[a] + x[d + a]) ** 2;
        sum += log(square);
      }
    }
    return sum / (2 * draws) - log(2 - 2 * cos(NEAR));
  };
  let [low, high] = [0.01, 3];
  for (let k = 0; k < 10; k++) {
    const middle = (low + high) / 2;
    if (rate(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Tokens on the circle at such angles until a time, or until an end is reached that is waited for. */
function goOn(
  angles: readonly number[],
  beta: number,
  until: number,
  { step, shared }: Settings,
  seed: number,
  isReached: (end: number) => boolean = () => false,
): { end: number; time: number } {
  const x = Float64Array.from(angles.flatMap((angle) => [cos(angle), sin(angle)]));
  const layer = layerOf(angles.length, 2, beta, step, shared);
  const stream = random(seed);
  const drawn = new Float64Array(layer.size);
  let time = 0;
  while (time < until && !isReached(endOf(x))) {
    for (let k = 0; k < drawn.length; k++) drawn[k] = stream.gaussian();
    layer.apply(x, drawn);
    time += step;
  }
  return { end: endOf(x), time };
}

/** 1 where all tokens are together, −1 where each is with or opposite to the first one and some are opposite, else 0. */
function endOf(x: Float64Array): number {
  const near = cos(TOGETHER);
  let end = 1;
  for (let at = 2; at < x.length; at += 2) {
    const cosine = x[0] * x[at] + x[1] * x[at + 1];
    if (Math.abs(cosine) < near) return 0;
    if (cosine < 0) end = -1;
  }
  return end;
}

/** x_i ← normalise(x_i + √h G y_i), y the attention's means, with G as given: one d × d, or one for each token. */
function layerOf(n: number, d: number, beta: number, h: number, shared: boolean) {
  const field = attentionField(selfAttention, { beta }, n, d);
  const masses = equalMasses(n);
  const means = new Float64Array(n * d);
  const root = Math.sqrt(h);
  return {
    size: d * d * (shared ? 1 : n),
    apply(x: Float64Array, drawn: Float64Array): void {
      field.ambient(x, masses, means);
      for (let i = 0; i < n; i++) {
        const from = shared ? 0 : i * d * d;
        for (let a = 0; a < d; a++) {
          let moved = 0;
          for (let b = 0; b < d; b++) moved += drawn[from + a * d + b] * means[i * d + b];
          x[i * d + a] += root * moved;
        }
      }
      normaliseRows(x, d);
    },
  };
}

/** 2∫_0^L (L − z)/σ²(z) dz of two tokens against one, z the angle from opposite, L where they are together. */
function alignmentTime(beta: number): number {
  const length = Math.PI - TOGETHER;
  const count = 4_000;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const z = ((k + 0.5) / count) * length;
    const c = -cos(z);
    const other = exp(-beta * (1 - c));
    const [p, own] = [2 / (2 + other), 1 / (1 + 2 * other)];
    const [q, rest] = [1 - p, 1 - own];
    const lengths = p * p + q * q + own * own + rest * rest + 2 * (p * q + own * rest) * c;
    const product = p * rest + q * own + (p * own + q * rest) * c;
    sum += (length - z) / (lengths - 2 * c * product);
  }
  return (2 * sum * length) / count;
}
