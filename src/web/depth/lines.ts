/** The two charts of the Depth tab as data: errors and divergence by the number of layers. */
import type { DepthLimit, DepthScheme } from '../api.ts';
import type { Lines, Series } from '../charts.ts';
import { decimal } from '../format.ts';
import type { Page } from '../page.ts';

const logs = (values: readonly (number | null)[]) =>
  values.map((value) => (value === null || value <= 0 ? null : Math.log10(value)));

function axes({ words, state }: Page, { depths }: DepthLimit) {
  return {
    x: depths.map(Math.log2),
    xTitle: words.limit.layersAxis,
    xTicks: depths.map((depth) => ({ value: Math.log2(depth), label: String(depth) })),
    legend: true,
    marked: depths.indexOf(Number(state.get().depth)),
  };
}

export function errorLines(page: Page, limit: DepthLimit): Lines {
  const { words } = page;
  const { layer, rk4 } = limit.schemes;
  const series = [
    layer && lineOf(page, words.limit.layer, layer, 0),
    layer && { label: words.limit.extrapolated, values: logs(layer.errors.richardson), colour: 1 },
    rk4 && lineOf(page, 'Runge–Kutta 4', rk4, 2),
  ];
  return {
    ...axes(page, limit),
    title: words.limit.title,
    yTitle: words.limit.errorAxis,
    series: series.filter((one): one is Series => one !== undefined),
  };
}

function lineOf(page: Page, name: string, { errors, order }: DepthScheme, colour: number): Series {
  const { language } = page.state.get();
  const label =
    order.order === null ? name : page.words.limit.order(name, decimal(order.order, language, 2));
  return { label, values: logs(errors.position_max), colour };
}

export function divergenceLines(page: Page, limit: DepthLimit): Lines {
  const { words } = page;
  const values = logs(limit.schemes.layer?.errors.logits_kl ?? []);
  return {
    ...axes(page, limit),
    title: words.limit.divergence,
    yTitle: words.limit.divergenceAxis,
    legend: false,
    series: [{ label: words.limit.layer, values, colour: 0 }],
  };
}
