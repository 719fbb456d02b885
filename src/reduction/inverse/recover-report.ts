/** A recovered measure as a table and a figure. Not its numbers. */
import type { Line, Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { rangesText } from '../forward/report.ts';
import { openFindings } from './estimate.ts';
import type { RecoveredMeasure } from './recover.ts';

export function recoverReport(found: RecoveredMeasure): Report {
  const { settings, title, levels, quantiles, coordinates, nullSpace, expected } = found;
  const { data, noise, observe, training } = settings;
  const names = coordinates.map((_, k) => `z${k + 1}`);
  const largest = found.misfit.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return {
    title: `A measure from ${data.length} observations: ${title}`,
    settings: `${rangesText(found)} · ${observe} from ${found.domain.low.toPrecision(4)} to ${found.domain.high.toPrecision(4)}, noise ${noise} · ${names.length} unknowns from ${training} snapshots`,
    columns: [
      { name: 'level', heading: 'level', values: levels },
      { name: 'quantile', heading: 'quantile', values: quantiles },
    ],
    findings: [
      `coordinates ${coordinates.map((z, k) => `${names[k]} ${z.toPrecision(4)}`).join(', ')}`,
      `observations are met to ${largest.toExponential(1)}; W2 expected from noise and open directions: ${expected.toPrecision(2)}`,
      ...openFindings(names, nullSpace, data.length, 'the mean measure'),
    ],
    figure: {
      title: `A measure from ${data.length} observations`,
      caption:
        'Its distribution function; and a deviation to both sides along every direction that is left open.',
      panels: [
        {
          x: { label: 'x' },
          y: { label: 'share of mass up to x', domain: [0, 1] },
          series: [curve(quantiles, levels, 'answer'), ...openCurves(found)],
        },
      ],
    },
  };
}

const curve = (quantiles: readonly number[], levels: readonly number[], name?: string): Line => ({
  kind: 'line',
  name,
  points: quantiles.map((x, k): Point => [x, levels[k]]),
});

/** The answer moved along each open direction, there and back. */
function openCurves({ nullSpace, directions, quantiles, levels }: RecoveredMeasure): Line[] {
  return nullSpace.flatMap((open, i) =>
    [1, -1].map((sign): Line => {
      const moved = quantiles.map((x, l) =>
        open.reduce((sum, part, k) => sum + sign * part * directions[k][l], x),
      );
      const name = sign === 1 ? `open ${i + 1}` : undefined;
      return { ...curve(moved, levels, name), colour: i + 1 };
    }),
  );
}
