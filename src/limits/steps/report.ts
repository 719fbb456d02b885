/** Large steps as a table and a figure. Not their numbers. */

import type { Line, Point } from '../../figures/figure.ts';
import type { Report, ReportColumn } from '../../figures/report.ts';
import { counted } from '../../numerics/counted.ts';
import { log10 } from '../../numerics/elementary.ts';
import { snakeCase } from '../../numerics/result-json.ts';
import type { StepEffects, StepLimit } from './steps.ts';

const HEADINGS: Readonly<Record<keyof StepEffects, string>> = {
  h: 'h',
  layers: 'layers',
  cosine: 'cosine',
  cosineFlow: 'of the flow',
  collapseFactor: 'collapse factor',
  collapseFactorFlow: 'e^(∓h)',
  clusters: 'clusters',
  clustersFlow: 'of the flow',
  ordered: 'in order',
};

export function stepReport({ settings, effects, changed }: StepLimit): Report {
  const { beta, value, n, time, seeds, seed, tolerance } = settings;
  const V = value === 'identity' ? 'I' : '−I';
  return {
    title: 'Layers that are not small',
    settings: `SA, β = ${beta}, V = ${V}, ${counted(n, 'token')}, time ${time} · clusters within ${tolerance} rad on the circle, ${seeds} seeds from ${seed}`,
    columns: Object.entries(effects).map(
      ([name, values]): ReportColumn => ({
        name: snakeCase(name),
        heading: HEADINGS[name as keyof StepEffects],
        values: values as readonly number[],
      }),
    ),
    findings: [
      told(
        'collapsed tokens are stable where those of the flow are not, or the other way round',
        changed.collapse,
      ),
      told('tokens leave their order around the circle', changed.order),
      told('the number of clusters is another than the flow’s', changed.clusters),
    ],
    figure: {
      title: 'Layers that are not small',
      caption: `Number of clusters of ${counted(n, 'token')} on the circle after about time ${time}, mean over ${seeds} starts, by the size of a layer; β = ${beta}, V = ${V}.`,
      panels: [
        {
          x: { label: 'log₁₀ h' },
          y: { label: 'clusters' },
          series: [
            line('layers', effects.h, effects.clusters),
            line('flow', effects.h, effects.clustersFlow),
          ],
        },
        {
          x: { label: 'log₁₀ h' },
          y: { label: 'cosine of orthonormal tokens at the end' },
          series: [
            line('layers', effects.h, effects.cosine),
            line('flow', effects.h, effects.cosineFlow),
          ],
        },
      ],
    },
  };
}

const told = (what: string, from: number | null) =>
  from === null ? `at none of the h: ${what}` : `from h = ${from}: ${what}`;

function line(name: string, h: readonly number[], values: readonly number[]): Line {
  return { kind: 'line', name, points: h.map((step, i): Point => [log10(step), values[i]]) };
}
