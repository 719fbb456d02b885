/** The two charts of the Depth tab as data: errors and divergence by the number of layers. */
import { mean } from '../../numerics/statistics.ts';
import type { DepthReply, RefinedReply, StackReply } from '../api.ts';
import type { Lines, Series } from '../charts.ts';
import { decimal } from '../format.ts';
import type { Page } from '../page.ts';

type SchemeErrors = NonNullable<DepthReply['schemes']['layer']>;

const logs = (values: readonly (number | null)[]) =>
  values.map((value) => (value === null || value <= 0 ? null : Math.log10(value)));

function axes({ words, state }: Page, { depths }: Pick<DepthReply, 'depths'>) {
  return {
    x: depths.map(Math.log2),
    xTitle: words.limit.layersAxis,
    xTicks: depths.map((depth) => ({ value: Math.log2(depth), label: String(depth) })),
    legend: true,
    marked: depths.indexOf(Number(state.get().depth)),
  };
}

/** The least depths whose Runge–Kutta runs are one: steps are cut at the knots of the weights. */
export function sameRuns({
  depths,
  schemes: { rk4 },
}: Pick<DepthReply, 'depths' | 'schemes'>): readonly number[] {
  const errors = rk4?.errors.position_max ?? [];
  return depths.filter((_, k) => errors.slice(0, k + 1).every((error) => error === errors[0]));
}

export function errorLines(page: Page, limit: DepthReply): Lines {
  const { words } = page;
  const { layer, rk4 } = limit.schemes;
  const series = [
    layer && lineOf(page, words.limit.layer, layer, 0),
    layer && slopeOf(page, limit.depths, layer),
    layer && { label: words.limit.extrapolated, values: logs(layer.errors.richardson), colour: 1 },
    rk4 && lineOf(page, 'Runge–Kutta 4', rk4, 2),
    rk4 && slopeOf(page, limit.depths, rk4),
  ];
  return {
    ...axes(page, limit),
    title: words.limit.title,
    yTitle: words.limit.errorAxis,
    series: series.filter((one): one is Series => Boolean(one)),
  };
}

function lineOf(page: Page, name: string, { errors, order }: SchemeErrors, colour: number): Series {
  const { language } = page.state.get();
  const label =
    order.order === null ? name : page.words.limit.order(name, decimal(order.order, language, 2));
  return { label, values: logs(errors.position_max), colour };
}

/** A line of the nearest whole order through the middle of what the order was fitted to, over just those L. */
function slopeOf(page: Page, depths: readonly number[], scheme: SchemeErrors): Series | null {
  if (scheme.order.order === null) return null;
  const { order, used } = scheme.order;
  const errors = logs(scheme.errors.position_max);
  const fitted = depths.flatMap((depth, i) =>
    used.includes(depth) && errors[i] !== null ? [[Math.log10(depth), errors[i]]] : [],
  );
  const [x, y] = [0, 1].map((axis) => mean(fitted.map((point) => point[axis])));
  const whole = Math.round(order);
  const values = depths.map((depth) =>
    used.includes(depth) ? y - whole * (Math.log10(depth) - x) : null,
  );
  return { label: page.words.limit.slope(whole), values, colour: 3, reference: true };
}

/** Nats against m, a line for what is taken in steps; distances where there is no head. */
export function refinedLines({ words }: Page, { steps, parts, answer }: RefinedReply): Lines {
  return {
    title: words.refined.title,
    x: steps.map(Math.log2),
    xTitle: words.refined.stepsAxis,
    xTicks: steps.map((count) => ({ value: Math.log2(count), label: String(count) })),
    yTitle: answer === null ? words.refined.distanceAxis : words.refined.natsAxis,
    legend: true,
    series: parts.map(({ part, effects }, colour) => ({
      label: words.refined.parts[part] ?? part,
      values: logs(effects.map(({ kl, distance }) => kl ?? distance)),
      colour,
    })),
  };
}

/** Stacks of layers: with smooth weights, with a jump, with independent ones. */
export function stackLines(page: Page, { depths, stacks }: StackReply): Lines {
  const { words, state } = page;
  const { language } = state.get();
  return {
    ...axes(page, { depths }),
    title: words.limit.stacks,
    yTitle: words.limit.errorAxis,
    series: stacks.map(({ name, errors, order }, colour) => {
      const told = words.limit.stackNames[name] ?? name;
      const label =
        order.order === null
          ? words.limit.noLimit(told)
          : words.limit.order(told, decimal(order.order, language, 2));
      return { label, values: logs(errors), colour };
    }),
  };
}

export function divergenceLines(page: Page, limit: DepthReply): Lines {
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
