/** How the last token of a causal flow with positional weights depends on the starts of the others (claim C22). */
import { Matrix as LibraryMatrix, QrDecomposition } from 'ml-matrix';
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { drawStart } from '../geometry/catalogue.ts';
import { uniform } from '../geometry/uniform.ts';
import { growthRate } from '../limits/mean-field/circle.ts';
import { atan2, cos, exp, expm1, log, sin } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { measureSeeds } from './cells.ts';
import { exactly, experiment } from './experiment.ts';

const schema = z.strictObject({
  beta: numberBetween(0.2, 4).default(1),
  decay: numberBetween(0.1, 5).default(1).describe('λ of the weights e^{−λ(j−k)/n}'),
  time: numberBetween(0.1, 2).default(1),
  n: wholeNumber(200, 1e5).default(2000).describe('Tokens, uniform on the circle'),
  seeds: wholeNumber(2, 1000).default(3),
  value: numberBetween(-1, 1).default(1).describe('V is this multiple of the identity'),
});
type Settings = z.output<typeof schema>;

const ALL = 'relative distance of the influence to the prediction, all bins and modes';
const QUOTIENT = 'relative distance of the derivative to a difference quotient';
const modeError = (m: number) => `largest relative error of a bin, mode ${m}`;

/** Modes of the force; those beyond are below 1e-12 at β = 1. */
const MODES = 16;
/** Modes that are fitted, and those whose bins have a verdict of their own. */
const FITTED = 6;
const JUDGED = [1, 2];
/** Bins of s = k/n from 0.1 on: before it, few tokens are no law. */
const BINS = 8;
const FROM = 0.1;
/** Steps of rk4 a unit of time. */
const STEPS = 20;
const PUSH = 1e-5;

export const lostInTheMiddleExperiment = experiment({
  id: 'c22-lost-in-the-middle',
  title:
    'Causal attention (USA) on the circle with weights e^{−λ(j−k)/n}, rows summing to 1, from independent uniform tokens: n ∂θ_n(t)/∂θ_k(0) has in mode m the coefficient λe^{λs}/(e^λ−1) ψ_{at}(Y), which is least in the middle up to the time 2(1−e^{−λ})/a.',
  citation: 'arXiv 2605.09213',
  schema,
  quick: {},
  tiny: {},
  broken: { value: -1 },
  predict({ n, seeds }) {
    const chance = Math.sqrt(6000 / (n * seeds));
    return [
      ...JUDGED.map((m) => ({
        quantity: modeError(m),
        expected: { low: 0, high: 0.02 * Math.max(1, chance) },
        why: 'linearised about the uniform law in the variable e^{λs} − 1, in which the weights are uniform over what came before: ∂_t φ = a(1 + ∫₀^y φ), solved by ψ_{at}(y) = Σ (at)^{k+1} y^k/(k!(k+1)!); 2 % for n tokens that are no law, by n^{−½} and the mean over starts',
      })),
      {
        quantity: ALL,
        expected: { low: 0, high: 0.02 * Math.max(1, chance) },
        why: 'the same in the mean square over bins and fitted modes, mode 0 included, which is 0',
      },
      {
        quantity: QUOTIENT,
        expected: { low: 0, high: 1e-3 },
        why: 'the derivative comes from the adjoint equation along the flow, by rk4; a token that is pushed by 1e-5 shows it to the order of the push and of the steps',
      },
    ];
  },
  async measure(settings, context) {
    const { beta, decay, seeds } = settings;
    const found = await measureSeeds(influence, settings, context);
    const fitted = edges().map((_, bin) =>
      Array.from({ length: FITTED + 1 }, (_, m) => mean(found.map(({ bins }) => bins[bin][m]))),
    );
    const predicted = edges().map((bin) => predictedIn(bin, settings));
    const relative = (m: number) =>
      Math.max(...fitted.map((row, bin) => Math.abs(row[m] / predicted[bin][m] - 1)));
    const squares = (value: (bin: number, m: number) => number) =>
      fitted.flatMap((row, bin) => row.map((_, m) => value(bin, m) ** 2)).reduce((a, b) => a + b);
    const all = Math.sqrt(
      squares((bin, m) => fitted[bin][m] - predicted[bin][m]) /
        squares((bin, m) => predicted[bin][m]),
    );
    const ends = [...Array(3)].map((_, k) => uShapedUntil(rateOf(k + 1, beta), decay).toFixed(3));
    return {
      values: {
        ...Object.fromEntries(JUDGED.map((m) => [modeError(m), exactly(relative(m))])),
        [ALL]: exactly(all),
        [QUOTIENT]: exactly(Math.max(...found.map(({ quotient }) => quotient))),
      },
      columns: [
        { name: 's', heading: 's', values: edges().map(([from, to]) => (from + to) / 2) },
        ...JUDGED.flatMap((m) => [
          {
            name: `predicted${m}`,
            heading: `mode ${m}, predicted`,
            values: predicted.map((row) => row[m]),
          },
          { name: `measured${m}`, heading: 'measured', values: fitted.map((row) => row[m]) },
        ]),
      ],
      figure: {
        title: 'Influence on the last token',
        caption: `Coefficients of 2 cos m(θ_n − θ_k) in n ∂θ_n/∂θ_k: lines predicted, dots by least squares, mean of ${seeds} starts.`,
        panels: [
          {
            x: { label: 's = k/n', domain: [0, 1] },
            y: { label: 'coefficient' },
            series: JUDGED.flatMap((m, colour) => [
              {
                kind: 'line' as const,
                name: `mode ${m}`,
                colour,
                points: Array.from({ length: 91 }, (_, k): Point => {
                  const s = 0.1 + k / 100;
                  return [s, coefficient(m, s, settings)];
                }),
              },
              {
                kind: 'scatter' as const,
                colour,
                points: edges().map(([from, to], bin): Point => [(from + to) / 2, fitted[bin][m]]),
              },
            ]),
          },
        ],
      },
      notes: [
        `modes 1, 2, 3 are U-shaped in s up to t = ${ends.join(', ')}: there the slope at s = 1, which has the sign of 2(1−e^{−λ}) − at, changes; their sum at equal angles up to ${sumUntil(settings).toFixed(3)}, 2(1−e^{−λ}) Σa/Σa². Derived, not measured here`,
      ],
    };
  },
});

const rateOf = (mode: number, beta: number) => growthRate(mode, { beta, coupling: 'exponential' });

const uShapedUntil = (rate: number, decay: number) => (-2 * expm1(-decay)) / rate;

function sumUntil({ beta, decay }: Settings): number {
  const rates = Array.from({ length: MODES }, (_, m) => rateOf(m + 1, beta));
  const sum = rates.reduce((all, a) => all + a, 0);
  return uShapedUntil(rates.reduce((all, a) => all + a * a, 0) / sum, decay);
}

/** λe^{λs}/(e^λ−1) ψ_{at}(Y), Y = ln[(e^λ−1)/(e^{λs}−1)]. */
function coefficient(mode: number, s: number, { beta, decay, time }: Settings): number {
  const y = log(expm1(decay) / expm1(decay * s));
  const c = rateOf(mode, beta) * time;
  let term = c;
  let sum = 0;
  for (let k = 0; k < 60; k++) {
    sum += term;
    term *= (c * y) / ((k + 1) * (k + 2));
  }
  return ((decay * exp(decay * s)) / expm1(decay)) * sum;
}

type Bin = readonly [from: number, to: number];

const edges = (): Bin[] =>
  Array.from({ length: BINS }, (_, b) => [
    FROM + ((1 - FROM) * b) / BINS,
    FROM + ((1 - FROM) * (b + 1)) / BINS,
  ]);

/** By mode, 0 first: the mean of the coefficient over a bin. */
function predictedIn([from, to]: Bin, settings: Settings): number[] {
  const places = Array.from({ length: 50 }, (_, k) => from + ((to - from) * (k + 0.5)) / 50);
  return Array.from({ length: FITTED + 1 }, (_, m) =>
    m === 0 ? 0 : mean(places.map((s) => coefficient(m, s, settings))),
  );
}

/** One start: fitted coefficients by bin and mode, and how far a difference quotient is from the derivative. */
async function influence(settings: Settings, seed: number) {
  const { n, time } = settings;
  const { positions } = drawStart(uniform, {}, { n, d: 2, seed });
  const start = Float64Array.from({ length: n }, (_, i) =>
    atan2(positions.data[2 * i + 1], positions.data[2 * i]),
  );
  const flow = circleFlow(settings);
  const steps = Math.ceil(STEPS * time);
  const path = flow.path(start, time, 2 * steps);
  const derivative = flow.adjoint(path, time / steps);
  const pushed = Math.floor(n / 2);
  const other = flow.path(
    start.map((angle, k) => (k === pushed ? angle + PUSH : angle)),
    time,
    2 * steps,
  );
  const slope = (other[2 * steps][n - 1] - path[2 * steps][n - 1]) / PUSH;
  const scale = Math.max(...derivative.subarray(0, n - 1).map(Math.abs));
  return {
    bins: edges().map((bin) => fitIn(bin, start, derivative)),
    quotient: Math.abs(slope - derivative[pushed]) / scale,
  };
}

/** Least squares of n ∂θ_n/∂θ_k on 1, 2 cos m(θ_n − θ_k) and 2 sin m(θ_n − θ_k) over the tokens of a bin. */
function fitIn([from, to]: Bin, start: Float64Array, derivative: Float64Array): number[] {
  const n = start.length;
  const chosen = [...start.keys()].filter((k) => k < n - 1 && k + 1 > from * n && k + 1 <= to * n);
  const rows = chosen.map((k) => {
    const angle = start[n - 1] - start[k];
    const modes = Array.from({ length: FITTED }, (_, m) => m + 1);
    return [1, ...modes.map((m) => 2 * cos(m * angle)), ...modes.map((m) => 2 * sin(m * angle))];
  });
  const wanted = LibraryMatrix.columnVector(chosen.map((k) => n * derivative[k]));
  const fit = new QrDecomposition(new LibraryMatrix(rows)).solve(wanted).to1DArray();
  return fit.slice(0, FITTED + 1);
}

/**
 * θ̇_j = Σ_{k≤j} w_jk f(θ_j − θ_k), f(θ) = −V Σ_m (2a_m/m) sin mθ, w_jk = e^{−λ(j−k)/n} over its row sum: sums over k
 * are a recursion in j for every mode, so that all n cost O(n · modes). Its path, and the adjoint of its last token.
 */
function circleFlow({ n, beta, decay, value }: Settings) {
  const rates = Array.from({ length: MODES }, (_, m) => value * rateOf(m + 1, beta));
  const factor = exp(-decay / n);
  const rowSums = new Float64Array(n);
  for (let j = 0; j < n; j++) rowSums[j] = 1 + (j > 0 ? factor * rowSums[j - 1] : 0);

  function velocity(angles: Float64Array): Float64Array {
    const out = new Float64Array(n);
    rates.forEach((rate, index) => {
      const m = index + 1;
      let [re, im] = [0, 0];
      for (let j = 0; j < n; j++) {
        const [c, s] = [cos(m * angles[j]), sin(m * angles[j])];
        re = factor * re + c;
        im = factor * im + s;
        out[j] -= ((2 * rate) / m) * ((s * re - c * im) / rowSums[j]);
      }
    });
    return out;
  }

  /** Jᵀp at the angles: p_k Σ_j w_kj f'(θ_k − θ_j) − Σ_{j≥k} w_jk f'(θ_j − θ_k) p_j. */
  function transposed(angles: Float64Array, p: Float64Array): Float64Array {
    const out = new Float64Array(n);
    const [c, s] = [new Float64Array(n), new Float64Array(n)];
    rates.forEach((rate, index) => {
      let [re, im] = [0, 0];
      for (let j = 0; j < n; j++) {
        c[j] = cos((index + 1) * angles[j]);
        s[j] = sin((index + 1) * angles[j]);
        re = factor * re + c[j];
        im = factor * im + s[j];
        out[j] -= (2 * rate * p[j] * (c[j] * re + s[j] * im)) / rowSums[j];
      }
      re = 0;
      im = 0;
      for (let k = n - 1; k >= 0; k--) {
        re = factor * re + (c[k] * p[k]) / rowSums[k];
        im = factor * im + (s[k] * p[k]) / rowSums[k];
        out[k] += 2 * rate * (c[k] * re + s[k] * im);
      }
    });
    return out;
  }

  return {
    /** The angles at 0, h, …, time, by rk4. */
    path(start: Float64Array, time: number, steps: number): Float64Array[] {
      const places = [start];
      const same = (_: number, angles: Float64Array) => velocity(angles);
      for (let k = 0; k < steps; k++) places.push(rk4(places[k], time / steps, same));
      return places;
    },
    /** ∂θ_n(t)/∂θ_k(0) [n], from a path in half steps. */
    adjoint(path: readonly Float64Array[], h: number): Float64Array {
      let p: Float64Array = new Float64Array(n);
      p[n - 1] = 1;
      for (let end = path.length - 1; end > 0; end -= 2)
        p = rk4(p, h, (stage, at) => transposed(path[end - stage], at));
      return p;
    },
  };
}

/** A step of h; the rate is told how many halves of it have gone. */
function rk4(
  x: Float64Array,
  h: number,
  rate: (halves: number, at: Float64Array) => Float64Array,
): Float64Array {
  const moved = (by: Float64Array, share: number) => x.map((value, i) => value + share * h * by[i]);
  const a = rate(0, x);
  const b = rate(1, moved(a, 0.5));
  const c = rate(1, moved(b, 0.5));
  const e = rate(2, moved(c, 1));
  return x.map((value, i) => value + (h / 6) * (a[i] + 2 * b[i] + 2 * c[i] + e[i]));
}
