/** Attention of low temperature on a law of full support: how near it comes to the leading eigenspace of V (claim C31). */
import { z } from 'zod';
import { selfAttention } from '../dynamics/self-attention.ts';
import type { Point } from '../figures/figure.ts';
import { normaliseRows } from '../flow/problem.ts';
import { integrate } from '../integrators/integrate.ts';
import { atan2, cos, exp, log, pow, sin } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { fitLine } from '../numerics/regression.ts';
import { mean } from '../numerics/statistics.ts';
import { sumOf } from '../numerics/vectors.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  betas: z
    .array(numberBetween(8, 1_000))
    .min(3)
    .default([32, 64, 128, 256])
    .describe('Powers of β are fitted to them'),
  leading: numberBetween(0.5, 4).default(1).describe('Eigenvalue λ of V, diagonal on the circle'),
  other: numberBetween(-4, 0.4).default(0).describe('The other one'),
  tilt: numberBetween(0, 0.95).default(0.8).describe('a of the density (1 + a cos φ)/2π'),
  fineness: wholeNumber(6, 100)
    .default(14)
    .describe('Particles in a factor e of the distance to the equator'),
});
type Settings = z.output<typeof schema>;

/** κ times the gap of V's eigenvalues, t = κ ln β. */
const SHARES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
/** Below the knee the power is fitted to these. */
const BELOW = SHARES.filter((share) => share < 1);
/** The least distance of particles to the equator is about e^{−DEPTH}. */
const DEPTH = 9;

const HALF = 'power of 1/β in W₂ at half the knee';
const BEYOND = 'power at twice the knee';
const KNEE = 'κ times the gap at which the power reaches ½, from its slope before';
const MASS = 'mass that crosses the equator, over λ a/(2πβ(λ − μ)), mean over β';

export const lowTemperatureExperiment = experiment({
  id: 'c31-low-temperature',
  title:
    'At low temperature a law of full support comes to its projection on the leading eigenspace of V up to W₂ ~ β^{−κ(λ−μ)/2} at t = κ ln β, and no nearer than β^{−½} from κ = 1/(λ−μ) on.',
  citation: 'arXiv 2605.10931',
  schema,
  seconds: 15,
  quick: { fineness: 11 },
  tiny: { fineness: 8 },
  broken: { tilt: 0 },
  predict: ({ fineness }) => [
    {
      quantity: HALF,
      expected: { value: 0.25, tolerance: 0.05 },
      why: 'for β → ∞ tokens hear themselves alone and tan φ shrinks like e^{−(λ−μ)t}; those that began nearer to the equator than that are still on their way, a mass of that order: W₂² = 2 ln 2 e^{−(λ−μ)t}. The tolerance is for higher orders at these β',
    },
    {
      quantity: BEYOND,
      expected: { value: 0.5, tolerance: 0.05 },
      why: 'tokens hear the mean of a neighbourhood of width β^{−½}, which lies up the density by its logarithm’s slope over β: a mass of order 1/β goes over the equator and ends at the other pole, so that W₂ is π times its root whatever the time',
    },
    {
      quantity: KNEE,
      expected: { value: 1, tolerance: 0.15 },
      why: 'where both are equal, κ(λ−μ)/2 = ½',
    },
    {
      quantity: MASS,
      expected: { value: 1, tolerance: 0.08 + 0.8 / fineness },
      why: 'the slope a at the equator fades like e^{−(λ−μ)t} as the law is stretched, and is seen through a stretch of e^{(λ−μ)t}: λa/β ∫e^{−2(λ−μ)t}dt on each side, times the density 1/2π there; the particles there are 1/fineness of their distance apart',
    },
  ],
  async measure(settings, context) {
    const { betas, leading, other, tilt } = settings;
    const cells = await measureCells(cell, settings, betas.length, context);
    const logs = betas.map(log);
    const fits = SHARES.map((_, k) =>
      fitLine(
        logs,
        cells.map(({ distances }) => -log(distances[k])),
      ),
    );
    const powers = fits.map(({ slope }) => slope);
    const powerAt = (share: number) => {
      const { slope, low, high } = fits[SHARES.indexOf(share)];
      return { value: slope, low, high, samples: betas.length };
    };
    // through the origin: there is no power at κ = 0
    const rise =
      sumOf(BELOW.map((share, k) => share * powers[k])) / sumOf(BELOW.map((share) => share ** 2));
    const crossing = (leading * (tilt || 1)) / (2 * Math.PI * (leading - other));
    return {
      values: {
        [HALF]: powerAt(0.5),
        [BEYOND]: powerAt(2),
        [KNEE]: exactly(0.5 / rise),
        [MASS]: exactly(mean(cells.map(({ crossed }, b) => (crossed * betas[b]) / crossing))),
      },
      columns: [
        { name: 'share', heading: 'κ(λ − μ)', values: SHARES },
        { name: 'power', heading: 'power of 1/β', values: powers },
        ...betas.map((beta, b) => ({
          name: `beta${beta}`,
          heading: `W₂, β = ${beta}`,
          values: cells[b].distances,
        })),
      ],
      figure: {
        title: 'How near attention comes to the leading eigenspace',
        caption: `Circle, V diagonal with ${leading} and ${other}, density (1 + ${tilt} cos φ)/2π, t = κ ln β. Powers are fitted to β = ${betas.join(', ')}.`,
        panels: [
          {
            x: { label: 'κ(λ − μ)' },
            y: { label: 'power of 1/β in W₂' },
            series: [
              {
                kind: 'scatter',
                name: 'measured',
                points: SHARES.map((share, k): Point => [share, powers[k]]),
              },
              {
                kind: 'line',
                name: 'predicted',
                points: [0, 1, 2].map((share): Point => [share, Math.min(share, 1) / 2]),
              },
            ],
          },
        ],
      },
      notes: [
        'the published bound C(√(ln(β+1)/β) e^{Ct} + e^{−ct}) has free constants, so that no measurement can contradict it: what is shown are the powers',
        'without a slope of the density at the equator (a = 0) no mass crosses it, and W₂ goes on falling beyond κ(λ − μ) = 1',
      ],
    };
  },
});

interface Cell {
  /** W₂ to the projected law, in radians, at the times of `SHARES`. */
  readonly distances: readonly number[];
  /** Mass that the pole at φ = 0 has won. */
  readonly crossed: number;
}

/** Particles at angles φ and −φ, close to each other about the equator, with the masses of their places. */
async function cell(settings: Settings, index: number): Promise<Cell> {
  const { leading, other } = settings;
  const beta = settings.betas[index];
  const { angles, masses } = particles(settings);
  const count = angles.length;
  const positions = Float64Array.from(
    [1, -1].flatMap((side) => [...angles].flatMap((phi) => [cos(phi), side * sin(phi)])),
  );
  const all = Float64Array.from([...masses, ...masses], (mass) => mass / 2);
  const value = { diagonal: [leading, other] };
  const field = attentionField(selfAttention, { beta, value }, 2 * count, 2);
  const problem = {
    size: positions.length,
    velocity: (_: number, state: Float64Array, out: Float64Array) => field.tangent(state, all, out),
    retract: (state: Float64Array) => normaliseRows(state, 2),
  };
  const times = SHARES.map((share) => (share / (leading - other)) * log(beta));
  const end = times[times.length - 1];
  const how = { scheme: 'dopri5', tolerance: 1e-6, end, times };
  const places = Array.from(integrate(problem, positions, how), ({ state }) =>
    Float64Array.from({ length: count }, (_, i) => atan2(Math.abs(state[2 * i + 1]), state[2 * i])),
  );
  const near = (phi: Float64Array) =>
    sumOf(masses.map((mass, i) => (phi[i] < Math.PI / 2 ? mass : 0)));
  return {
    distances: places.map((phi) => distanceToPoles(phi, masses, near(angles))),
    crossed: near(places[places.length - 1]) - near(angles),
  };
}

/** Rising angles in (0, π) and their masses of sum 1; distances to π/2 grow like sinh of the index. */
function particles({ tilt, fineness }: Settings) {
  const least = exp(-DEPTH);
  const half = fineness * DEPTH;
  const longest = log(Math.PI / least);
  const edge = (k: number) => {
    const s = (longest * (k - half)) / half;
    const scale = (Math.PI / 2) * ((exp(s) - exp(-s)) / (exp(longest) - exp(-longest)));
    return Math.PI / 2 + scale;
  };
  const edges = Array.from({ length: 2 * half + 1 }, (_, k) => edge(k));
  const angles = Float64Array.from({ length: 2 * half }, (_, k) => (edges[k] + edges[k + 1]) / 2);
  const raw = angles.map((phi, k) => (1 + tilt * cos(phi)) * (edges[k + 1] - edges[k]));
  const total = sumOf(raw);
  return { angles, masses: raw.map((mass) => mass / total) };
}

/** W₂ from rising angles in [0, π] to a mass `near` at 0 and the rest at π. */
function distanceToPoles(phi: Float64Array, masses: Float64Array, near: number): number {
  let [before, square] = [0, 0];
  for (const [i, mass] of masses.entries()) {
    const share = Math.min(1, Math.max(0, (near - before) / mass));
    square += mass * (share * pow(phi[i], 2) + (1 - share) * pow(Math.PI - phi[i], 2));
    before += mass;
  }
  return Math.sqrt(square);
}
