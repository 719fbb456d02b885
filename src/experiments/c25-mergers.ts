/** Which clusters of the circle merge first at large β, when and where, by the law of two clusters alone (claim C25). */
import { z } from 'zod';
import { kuramoto } from '../dynamics/kuramoto.ts';
import { selfAttention } from '../dynamics/self-attention.ts';
import { unnormalisedAttention } from '../dynamics/unnormalised.ts';
import type { Point } from '../figures/figure.ts';
import { normaliseRows } from '../flow/problem.ts';
import { integrate } from '../integrators/integrate.ts';
import { atan2, cos, exp, log, log10, sin } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { random } from '../numerics/random.ts';
import { mean } from '../numerics/statistics.ts';
import { argmax, sumOf } from '../numerics/vectors.ts';
import { measureSeeds } from './cells.ts';
import { exactly, experiment, type Measured } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  beta: numberBetween(20, 80).default(60),
  clusters: wholeNumber(4, 5).default(5).describe('Weighted points of the circle'),
  lead: numberBetween(1, 10)
    .default(4)
    .describe('ln of the second shortest time over the shortest one, at least'),
  seeds: wholeNumber(4, 1_000).default(24).describe('Starts, each under SA and USA'),
  attention: z.boolean().default(true).describe('Not Kuramoto oscillators in place of both'),
});
type Settings = z.output<typeof schema>;

const PAIR = 'share of starts in which the predicted pair is the first to merge';
const TIME = 'time of the first merger over the predicted one, SA and USA, farthest from 1';
const PLACE = 'largest distance of its place to the predicted one, radians';
const WAIT = 'largest way of the clusters that wait, radians';
const LEADING = 'leading term of the time over its quadrature, mean';

/** So near to each other two clusters have merged. */
const MERGED = 0.05;
/** Points of the quadratures. */
const POINTS = 4_000;

export const mergersExperiment = experiment({
  id: 'c25-mergers',
  title:
    'At large β the pair of clusters whose own merger takes the least time moves while the others wait; the law of two weighted clusters says when and where, for SA and USA.',
  citation: 'arXiv 2509.25040',
  schema,
  seconds: 10,
  quick: { seeds: 8 },
  tiny: { seeds: 6 },
  broken: { attention: false },
  predict: () => [
    {
      quantity: PAIR,
      expected: { low: 1, high: 1 },
      why: 'a pair hears the others e^{−4} as loud as each other at most',
    },
    {
      quantity: TIME,
      expected: { value: 1, tolerance: 0.01 },
      why: 'T = ∫dφ/(v + v′) with e = e^{β(cos φ−1)}: under SA v = m′e/(m + m′e) sin φ, under USA e^β m′e sin φ. The others give e^{−4} of it at most where they all but tie, and their parts on both sides cancel in part',
    },
    {
      quantity: PLACE,
      expected: { low: 0, high: 1e-3 },
      why: 'x + ∫v/(v + v′)dφ and, of the rest, the mean by mass: USA keeps the mean by mass, SA does not',
    },
    {
      quantity: WAIT,
      expected: { low: 0, high: 2e-3 },
      why: 'a pair e⁴ slower than the first one has gone the way ln(1/(1 − e^{−4}))/(β sin φ), 3 · 10^{−4} at φ = 1, and near such a tie somewhat more',
    },
    {
      quantity: LEADING,
      expected: { low: 0.9, high: 0.99 },
      why: 'e^{β(1−cos φ)}/(β sin²φ) over m/m′ + m′/m (SA) or e^β(m + m′) (USA) leaves out the next order in 1/β, 1 to 10 % at β = 60',
    },
  ],
  async measure(settings, context) {
    const found = (await measureSeeds(start, settings, context)).flat();
    const ratios = found.map(({ time, predicted }) => time / predicted);
    const farthest = ratios[argmax(ratios.map((ratio) => Math.abs(log(ratio))))];
    const over = (measured: Measured): Measured => ({ ...measured, samples: settings.seeds });
    return {
      values: {
        [PAIR]: over(exactly(mean(found.map(({ isPair }) => (isPair ? 1 : 0))))),
        [TIME]: {
          value: farthest,
          low: Math.min(...ratios),
          high: Math.max(...ratios),
          samples: settings.seeds,
        },
        [PLACE]: over(exactly(Math.max(...found.map(({ place }) => place)))),
        [WAIT]: over(exactly(Math.max(...found.map(({ waiting }) => waiting)))),
        [LEADING]: over(exactly(mean(found.map(({ leading }) => leading)))),
      },
      columns: [
        { name: 'usa', heading: 'USA', values: found.map(({ isUsa }) => (isUsa ? 1 : 0)) },
        { name: 'time', heading: 'time', values: found.map(({ time }) => time) },
        {
          name: 'predicted',
          heading: 'predicted',
          values: found.map(({ predicted }) => predicted),
        },
      ],
      figure: {
        title: 'The first merger of clusters',
        caption: `${settings.clusters} weighted clusters of the circle, β = ${settings.beta}, ${settings.seeds} starts; the time of USA times e^β.`,
        panels: [
          {
            x: { label: 'log₁₀ predicted time' },
            y: { label: 'log₁₀ time' },
            series: [false, true].map((isUsa, colour) => ({
              kind: 'scatter' as const,
              name: isUsa ? 'USA' : 'SA',
              colour,
              points: found
                .filter((one) => one.isUsa === isUsa)
                .map(({ time, predicted }): Point => [log10(predicted), log10(time)]),
            })),
          },
        ],
      },
      notes: [
        'starts are clusters already, points with masses, and only their first merger is followed',
      ],
    };
  },
});

interface Merger {
  readonly isUsa: boolean;
  /** Whether the predicted pair merged. */
  readonly isPair: boolean;
  /** In units of e^{−β} under USA. */
  readonly time: number;
  readonly predicted: number;
  readonly leading: number;
  /** From the predicted place. */
  readonly place: number;
  /** The longest way of a cluster outside the pair. */
  readonly waiting: number;
}

async function start(settings: Settings, seed: number): Promise<Merger[]> {
  return [false, true].map((isUsa) => firstMerger(settings, seed, isUsa));
}

/** Rising angles and masses whose first pair leads by as much as is asked for. */
function drawn({ beta, clusters, lead }: Settings, seed: number, isUsa: boolean) {
  const stream = random(seed);
  for (;;) {
    const raw = Float64Array.from({ length: clusters }, () => 0.5 + stream.uniform());
    const masses = raw.map((mass) => mass / sumOf(raw));
    const widths = Float64Array.from({ length: clusters }, () => 1 + 1.5 * stream.uniform());
    const gaps = widths.map((width) => (2 * Math.PI * width) / sumOf(widths));
    const pairs = Array.from(gaps, (gap, i) =>
      pairLaw(gap, [masses[i], masses[(i + 1) % clusters]], beta, isUsa),
    );
    const times = pairs.map(({ time }) => time);
    const first = argmax(times.map((time) => -time));
    const [least, next] = times.toSorted((a, b) => a - b);
    if (log(next / least) < lead) continue;
    let angle = 0;
    const angles = Array.from(gaps, (gap) => {
      angle += gap;
      return angle - gap;
    });
    return { masses, gaps, angles, first, pair: pairs[first] };
  }
}

/** Of two clusters alone: the time to merge, how far the first one goes, and the leading term of the time. */
function pairLaw(
  gap: number,
  [own, other]: readonly [number, number],
  beta: number,
  isUsa: boolean,
) {
  const step = (gap - MERGED) / POINTS;
  let [time, way] = [0, 0];
  for (let k = 0; k < POINTS; k++) {
    const phi = MERGED + (k + 0.5) * step;
    const e = exp(beta * (cos(phi) - 1));
    const speed = isUsa ? other * e : (other * e) / (own + other * e);
    const both = speed + (isUsa ? own * e : (own * e) / (other + own * e));
    time += step / (both * sin(phi));
    way += (step * speed) / both;
  }
  const masses = isUsa ? own + other : own / other + other / own;
  const leading = exp(beta * (1 - cos(gap))) / (beta * sin(gap) ** 2 * masses);
  return { time, way: way + (MERGED * other) / (own + other), leading };
}

/** The flow of all clusters until two of them are together. */
function firstMerger(settings: Settings, seed: number, isUsa: boolean): Merger {
  const { beta, clusters: n, attention } = settings;
  const { masses, gaps, angles, first, pair } = drawn(settings, seed, isUsa);
  const entry = isUsa ? unnormalisedAttention : selfAttention;
  const field = attention
    ? attentionField(entry, { beta }, n, 2)
    : attentionField(kuramoto, {}, n, 2);
  // the predicted time is the unit of the run
  const clock = pair.time * (isUsa ? exp(-beta) : 1);
  const problem = {
    size: 2 * n,
    velocity(_: number, state: Float64Array, out: Float64Array) {
      field.tangent(state, masses, out);
      for (let at = 0; at < out.length; at++) out[at] *= clock;
    },
    retract: (state: Float64Array) => normaliseRows(state, 2),
  };
  const near = {
    name: 'merged',
    value: (_: number, state: Float64Array) => nearest(state).angle - MERGED,
    tolerance: 1e-6,
    stop: true,
  };
  const positions = Float64Array.from(angles.flatMap((angle) => [cos(angle), sin(angle)]));
  const end = 10;
  const how = { scheme: 'dopri5', tolerance: 1e-9, end, times: [end], events: [near] };
  const frames = [...integrate(problem, positions, how)];
  const { time, state } = frames[frames.length - 1];
  const { index } = nearest(state);
  const moved = angles.map((angle, i) => turn(angle, atan2(state[2 * i + 1], state[2 * i])));
  const second = (first + 1) % n;
  const both = masses[first] + masses[second];
  // both as ways of the first one: what is left at the end is shared by mass
  const came =
    (masses[first] * moved[first] + masses[second] * (gaps[first] + moved[second])) / both;
  return {
    isUsa,
    isPair: index === first,
    time: time * pair.time,
    predicted: pair.time,
    leading: pair.leading / pair.time,
    place: Math.abs(came - pair.way),
    waiting: Math.max(...moved.map((way, i) => (i === first || i === second ? 0 : Math.abs(way)))),
  };
}

/** From one angle to another, in (−π, π]. */
const turn = (from: number, to: number) => atan2(sin(to - from), cos(to - from));

/** The neighbours on the circle that are the nearest to each other, by the index of the first, and their angle. */
function nearest(state: Float64Array): { index: number; angle: number } {
  const n = state.length / 2;
  const angles = Array.from({ length: n }, (_, i) => {
    const next = (i + 1) % n;
    const cosine = state[2 * i] * state[2 * next] + state[2 * i + 1] * state[2 * next + 1];
    const sine = state[2 * i] * state[2 * next + 1] - state[2 * i + 1] * state[2 * next];
    return atan2(sine, cosine);
  });
  const index = argmax(angles.map((angle) => -angle));
  return { index, angle: angles[index] };
}
