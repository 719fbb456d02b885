/** A limit of many particles as a table and a figure. Not its numbers. */
import type { Figure, Line, Point } from '../../figures/figure.ts';
import type { Report, ReportColumn } from '../../figures/report.ts';
import { log10 } from '../../numerics/elementary.ts';
import { snakeCase } from '../../numerics/result-json.ts';
import { orderText } from '../report.ts';
import type { ParticleLimit } from './particles.ts';

export function particleReport(limit: ParticleLimit): Report {
  const { settings, reference, times, n, orders, dobrushin } = limit;
  const noise = settings.kappa === undefined ? 'no noise' : `noise κ = ${settings.kappa}`;
  return {
    title: 'Particles against their mean field, on the circle',
    settings: `${settings.attention}, β = ${settings.beta}, ${noise} · law by ${reference.method}, ${reference.points} points · ${settings.seeds} seeds from ${settings.seed}, ${settings.draw}`,
    columns: [
      { name: 'n', heading: 'n', values: n },
      ...times.flatMap((time, t) => columnsAt(limit, time, t)),
    ],
    findings: [
      ...orders.map((order, t) => `t = ${times[t]}: ${orderText(order, 'n')}`),
      ...(dobrushin === null
        ? []
        : [`W1(t) ≤ e^(Ct) W1(0) with C = ${dobrushin.toPrecision(3)} in every run (Dobrushin)`]),
    ],
    figure: particleFigure(limit),
  };
}

/** On a screen W_1 to the law, and beside it between two runs. */
function columnsAt({ errors }: ParticleLimit, time: number, t: number): ReportColumn[] {
  const headings: Readonly<Record<string, string>> = {
    w1: `W1 at ${time}`,
    betweenRuns: 'between runs',
  };
  return Object.entries(errors).map(([name, values]) => ({
    name: `${snakeCase(name)}_t${time}`,
    heading: headings[name],
    values: values[t],
  }));
}

/** log₁₀ W_1 against log₁₀ n, a line a time. */
function particleFigure({ times, n, errors, orders }: ParticleLimit): Figure {
  const lines = times.map((time, t): Line => {
    const { order } = orders[t];
    return {
      kind: 'line',
      name: order === null ? `t = ${time}` : `t = ${time}, order ${order.toFixed(2)}`,
      points: n.map((count, i): Point => [log10(count), log10(errors.w1[t][i])]),
    };
  });
  return {
    title: 'Particles against their mean field',
    caption: 'Mean distance W1 of n particles to the law that they are drawn of, while both flow.',
    panels: [
      {
        x: {
          label: 'particles n',
          ticks: n.map((count) => ({ value: log10(count), label: String(count) })),
        },
        y: { label: 'log₁₀ W₁' },
        series: lines,
      },
    ],
  };
}
