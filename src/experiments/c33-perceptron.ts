/** Attention beside a perceptron on the circle: where the flow comes to rest, atoms or a smooth law (claim C33). */
import { z } from 'zod';
import { unnormalisedAttention } from '../dynamics/unnormalised.ts';
import type { Point } from '../figures/figure.ts';
import { normaliseRows } from '../flow/problem.ts';
import { drawStart, equalMasses } from '../geometry/catalogue.ts';
import { uniform } from '../geometry/uniform.ts';
import { integrate } from '../integrators/integrate.ts';
import { atan2, cos, exp, sin, tanh } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { random } from '../numerics/random.ts';
import { norm } from '../numerics/vectors.ts';
import { measureSeeds } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  beta: numberBetween(0.1, 8).default(2),
  n: wholeNumber(8, 1_000).default(32).describe('Uniform tokens'),
  units: wholeNumber(1, 100).default(8).describe('Of the random perceptron, tanh'),
  time: numberBetween(1, 1_000).default(30),
  tilt: numberBetween(0.1, 0.9).default(0.5).describe('a of the smooth law (1 + a cos φ)/2π'),
  scale: numberBetween(0, 10).default(1).describe('Of the perceptron that holds this law'),
  seeds: wholeNumber(3, 1_000).default(10),
});
type Settings = z.output<typeof schema>;

const ATOMS = 'places at which tokens end, over tokens, most of all starts';
const SMOOTH = 'largest velocity of the smooth law beside its perceptron';

/** Tokens within this angle are at one place. */
const TOGETHER = 1e-3;
/** Tokens that stand for the smooth law. */
const FINE = 400;

export const perceptronExperiment = experiment({
  id: 'c33-perceptron',
  title:
    'Attention beside a perceptron comes to rest at atoms without noise, but for perceptrons with the potential F̂_m = −I_m(β) μ̂_m/β, which hold a smooth law μ.',
  citation: 'arXiv 2601.21366; 2605.07772',
  schema,
  seconds: 15,
  quick: { n: 24, seeds: 3 },
  tiny: { n: 24, seeds: 3 },
  broken: { scale: 2 },
  predict: () => [
    {
      quantity: ATOMS,
      expected: { low: 0, high: 0.25 },
      why: 'with an analytic activation the potential of attention and perceptron is analytic on the circle: it is constant, or critical at finitely many points, and there tokens of a critical law are',
    },
    {
      quantity: SMOOTH,
      expected: { low: 0, high: 1e-9 },
      why: 'it is constant where I_m(β) μ̂_m/β + F̂_m = 0 for every m ≥ 1; for the density (1 + a cos φ)/2π the constant vector −(I_1(β)a/β) e_1 does that, a bias alone. What is left is round-off: 400 tokens at equal angles take the integral exactly',
    },
  ],
  async measure(settings, context) {
    const found = await measureSeeds(atomsOf, settings, context);
    return {
      values: {
        [ATOMS]: {
          ...exactly(Math.max(...found.map((one) => one.length)) / settings.n),
          samples: settings.seeds,
        },
        [SMOOTH]: exactly(smoothVelocity(settings)),
      },
      columns: [{ name: 'places', heading: 'places', values: found.map((one) => one.length) }],
      figure: {
        title: 'Where tokens end beside a perceptron',
        caption: `Circle, usa, β = ${settings.beta}, ${settings.n} uniform tokens and ${settings.units} random units of tanh: places at time ${settings.time}.`,
        panels: [
          {
            x: { label: 'start' },
            y: { label: 'angle' },
            series: [
              {
                kind: 'scatter',
                points: found.flatMap((one, k) => one.map((angle): Point => [k + 1, angle])),
              },
            ],
          },
        ],
      },
      notes: [
        'that clusters form first and are left in the last layers is a statement about trained weights, which is not looked at here',
      ],
    };
  },
});

/** The angles of all places at which tokens of a start end. */
async function atomsOf({ beta, n, units, time }: Settings, seed: number): Promise<number[]> {
  const stream = random(seed, 33);
  const weights = Float64Array.from({ length: 4 * units }, () => stream.gaussian());
  const field = attentionField(unnormalisedAttention, { beta }, n, 2);
  const masses = equalMasses(n);
  const problem = {
    size: 2 * n,
    velocity(_: number, state: Float64Array, out: Float64Array) {
      field.tangent(state, masses, out);
      for (let at = 0; at < state.length; at += 2) {
        const [x, y] = [state[at], state[at + 1]];
        // P_x W₂ tanh(W₁x + b), the columns of W₂ multiples of the rows of W₁: the gradient of a potential
        let along = 0;
        for (let k = 0; k < weights.length; k += 4) {
          const [u, v, bias, sign] = weights.subarray(k, k + 4);
          along += sign * tanh(u * x + v * y + bias) * (v * x - u * y);
        }
        out[at] -= along * y;
        out[at + 1] += along * x;
      }
    },
    retract: (state: Float64Array) => normaliseRows(state, 2),
  };
  const { data } = drawStart(uniform, {}, { n, d: 2, seed }).positions;
  const how = { scheme: 'dopri5', tolerance: 1e-7, end: time, times: [time] };
  const frames = [...integrate(problem, data.slice(), how)];
  const { state } = frames[frames.length - 1];
  const angles = Array.from({ length: n }, (_, i) => atan2(state[2 * i + 1], state[2 * i])).sort(
    (a, b) => a - b,
  );
  return angles.filter((angle, i) => {
    const before = i > 0 ? angles[i - 1] : angles[n - 1] - 2 * Math.PI;
    return angle - before > TOGETHER;
  });
}

/** Of tokens with masses of the density (1 + a cos φ)/2π at equal angles, beside the bias that holds them. */
function smoothVelocity({ beta, tilt, scale }: Settings): number {
  const angles = Float64Array.from({ length: FINE }, (_, k) => (2 * Math.PI * k) / FINE);
  const masses = angles.map((phi) => (1 + tilt * cos(phi)) / FINE);
  const positions = Float64Array.from([...angles].flatMap((phi) => [cos(phi), sin(phi)]));
  const out = new Float64Array(2 * FINE);
  attentionField(unnormalisedAttention, { beta }, FINE, 2).tangent(positions, masses, out);
  // I_1 = (1/2π) ∫ e^{β cos φ} cos φ dφ, by the rule of the tokens themselves
  const bessel = angles.reduce((sum, phi) => sum + (exp(beta * cos(phi)) * cos(phi)) / FINE, 0);
  const bias = (-scale * bessel * tilt) / beta;
  return Math.max(
    ...Array.from(angles, (phi, i) =>
      norm([out[2 * i] + bias * sin(phi) ** 2, out[2 * i + 1] - bias * sin(phi) * cos(phi)]),
    ),
  );
}
