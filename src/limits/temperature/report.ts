/** The limit of β → ∞ as a table and a figure. Not its numbers. */
import type { Line, Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { log2, log10 } from '../../numerics/elementary.ts';
import type { RateFit, TemperatureLimit } from './temperature.ts';

/** One table: rows of the first comparison, then of the clusters. */
export function temperatureReport({ settings, hardmax, clusters }: TemperatureLimit): Report {
  const { n, d, query, querySeed, seed, time, step, clusterTokens, clusterSeeds } = settings;
  const [soft, counted] = [hardmax.betas.map(() => null), clusters.betas.map(() => null)];
  return {
    title: 'β → ∞: softmax against hardmax, and clusters against √β',
    settings: `${n} tokens in d = ${d}, Q ${query} (seed ${querySeed}), start ${seed}, time ${time} in layers of ${Number(step.toPrecision(4))} · clusters of ${clusterTokens} tokens on the circle, ${clusterSeeds} seeds`,
    columns: [
      { name: 'beta', heading: 'β', values: [...hardmax.betas, ...clusters.betas] },
      { name: 'error', heading: 'to hardmax', values: [...hardmax.error, ...counted] },
      { name: 'same_leader', heading: 'same leader', values: [...hardmax.sameLeader, ...counted] },
      { name: 'clusters', heading: 'clusters', values: [...soft, ...clusters.mean] },
      { name: 'clusters_low', heading: 'low', values: [...soft, ...clusters.low] },
      { name: 'clusters_high', heading: 'high', values: [...soft, ...clusters.high] },
    ],
    findings: [...hardmaxFindings(hardmax), ...clusterFindings(clusters)],
    figure: {
      title: 'β → ∞',
      caption: `Above: largest distance of a token to its place under hardmax at time ${time}. Below: number of clusters on the circle, mean over ${clusterSeeds} starts, against √β.`,
      panels: [
        {
          x: { label: 'log₂ β' },
          y: { label: 'log₁₀ distance to hardmax' },
          series: [line('softmax', hardmax.betas.map(log2), hardmax.error.map(log10))],
        },
        {
          x: { label: '√β' },
          y: { label: 'clusters' },
          series: [
            line('mean', clusters.betas.map(Math.sqrt), clusters.mean),
            line('√β', clusters.betas.map(Math.sqrt), clusters.betas.map(Math.sqrt)),
          ],
        },
      ],
    },
  };
}

function hardmaxFindings(hardmax: TemperatureLimit['hardmax']): string[] {
  return [...whole(hardmax), ...untilTurn(hardmax.betweenTies)];
}

function untilTurn(between: TemperatureLimit['hardmax']['betweenTies']) {
  const { time, gap, exponential, problem } = between;
  if (!exponential) return [`until t = ${time.toPrecision(3)} no rate: ${problem}`];
  return [
    `until t = ${time.toPrecision(3)}, before any token turns to another: error ~ e^(−rate·β), ${rateText(exponential)}; predicted the gap of scores, ${gap.toPrecision(3)}`,
  ];
}

function whole(hardmax: TemperatureLimit['hardmax']): string[] {
  const { gap, exponential, algebraic, problem } = hardmax;
  const led = [leadersText(hardmax), ...slidingText(hardmax), stepText(hardmax)];
  if (!exponential || !algebraic) return [...led, `no rate: ${problem}`];
  const better = exponential.explained > algebraic.explained ? 'the first' : 'the second';
  return [
    ...led,
    `error ~ e^(−rate·β), ${rateText(exponential)}; the least gap of scores on the way is ${gap.toPrecision(3)}`,
    `error ~ β^(−rate), ${rateText(algebraic)}; predicted where scores pass each other. ${better} describes it better`,
  ];
}

const leadersText = ({ leaders }: TemperatureLimit['hardmax']) =>
  `${leaders.length} of the tokens lead under hardmax: ${indices(leaders)}`;

function slidingText({ sliding }: TemperatureLimit['hardmax']): string[] {
  if (sliding.length === 0) return [];
  return [
    `${sliding.length} of the tokens slide between leaders, where scores tie: ${indices(sliding)}`,
  ];
}

/** Tokens that slide do so to and fro by a layer, so that smaller errors tell nothing of β; without them both runs share the step's error. */
function stepText(hardmax: TemperatureLimit['hardmax']): string {
  const { betas, error, stepError, slidingError, sliding } = hardmax;
  const slid =
    slidingError === null ? '' : `, and as a flow that slides ${slidingError.toExponential(1)}`;
  const good = `in layers half as long hardmax ends ${stepError.toExponential(1)} away${slid}`;
  const limited = betas.filter((_, i) => sliding.length > 0 && error[i] < stepError);
  if (limited.length === 0) return good;
  return `${good}: at β = ${limited.join(', ')} the error is no more than that, take a smaller step`;
}

const MOST_SHOWN = 20;

const indices = (all: readonly number[]) =>
  all.length > MOST_SHOWN ? `${all.slice(0, MOST_SHOWN).join(', ')}, …` : all.join(', ');

function clusterFindings({ power }: TemperatureLimit['clusters']): string[] {
  if (!power) return ['no power of β for the clusters: a fit needs three β'];
  return [`clusters ~ β^rate, ${rateText(power)}; predicted 0.5`];
}

const rateText = ({ rate, low, high, explained }: RateFit) =>
  `rate ${rate.toPrecision(3)} (95 %: ${low.toPrecision(3)} to ${high.toPrecision(3)}, ${(100 * explained).toFixed(1)} % explained)`;

function line(name: string, x: readonly number[], y: readonly number[]): Line {
  return { kind: 'line', name, points: x.map((value, i): Point => [value, y[i]]) };
}
