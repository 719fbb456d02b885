/** From values to places on paper: domains, linear scales and round ticks. */
import type { Area, Axis, HeatMap, Panel, Series } from './figure.ts';

export type Domain = readonly [number, number];

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Affine map of a domain to places; a domain of one value is put in the middle. */
export function linearScale([low, high]: Domain, from: number, to: number) {
  if (high === low) return () => (from + to) / 2;
  return (value: number) => from + ((value - low) / (high - low)) * (to - from);
}

/** Ticks at multiples of 1, 2 or 5 times a power of ten inside the domain, about `count` of them. */
export function niceTicks([low, high]: Domain, count: number): Tick[] {
  if (!(high > low)) return [{ value: low, label: String(low) }];
  const step = niceStep((high - low) / Math.max(1, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: tickLabel(value, step) };
  });
}

/** The domain of the panel along x (0) or y (1): as the axis says, else what the series cover. */
export function panelDomain({ x, y, series }: Panel, along: 0 | 1): Domain {
  const axis = along === 0 ? x : y;
  if (axis.domain) return axis.domain;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of series.flatMap((one) => extent(one, along))) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Ticks of an axis: its own, else round numbers. */
export function axisTicks(axis: Axis, domain: Domain, count: number): readonly Tick[] {
  return axis.ticks ?? niceTicks(domain, count);
}

/** What the cells cover together. */
export function heatArea({ area, values }: HeatMap): Area {
  const columns = values[0]?.length ?? 0;
  return area ?? { x: [-0.5, columns - 0.5], y: [-0.5, values.length - 0.5] };
}

/** Widens a domain by a share of its length on both sides. */
export function padded([low, high]: Domain, share: number): Domain {
  const margin = (high - low) * share;
  return [low - margin, high + margin];
}

function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** As many decimals as the step needs, a real minus sign, powers of ten for very small or large numbers. */
function tickLabel(value: number, step: number): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const stepMagnitude = Math.floor(Math.log10(step) + 1e-9);
  const plain = magnitude >= -3 && magnitude < 6;
  const text = plain
    ? value.toFixed(Math.min(20, Math.max(0, -stepMagnitude)))
    : value.toExponential(Math.min(20, Math.max(0, magnitude - stepMagnitude)));
  return text.replaceAll('-', '−').replace('e+', 'e');
}

function extent(series: Series, along: 0 | 1): number[] {
  if (series.kind === 'heat') return [...heatArea(series)[along === 0 ? 'x' : 'y']];
  const values = series.points.map((point) => point[along]).filter(Number.isFinite);
  if (series.kind !== 'bars') return values;
  if (along === 1) return [0, ...values];
  return values.flatMap((value) => [value - series.width / 2, value + series.width / 2]);
}
