/** A tangent flow as a table and a figure. Not its numbers. */
import type { Point } from '../../figures/figure.ts';
import type { LimitReport } from '../report.ts';
import type { TangentFlow } from './tangent.ts';

export function tangentReport(flow: TangentFlow & { readonly text?: string }): LimitReport {
  const { exponents, time, dimension, singular_values, spectrum } = flow;
  return {
    title: flow.text ?? 'How small differences grow along the flow',
    settings: `time ${time} · ${exponents.length} of ${dimension} directions`,
    columns: [
      { name: 'direction', heading: 'direction', values: exponents.map((_, a) => a + 1) },
      { name: 'exponent', heading: 'exponent', values: exponents },
      {
        name: 'singular_value',
        heading: singular_values ? 'stretching' : undefined,
        values: exponents.map((_, a) => singular_values?.[a] ?? null),
      },
      {
        name: 'eigenvalue_re',
        heading: spectrum ? 'eigenvalue' : undefined,
        values: exponents.map((_, a) => spectrum?.eigenvalues[a]?.re ?? null),
      },
    ],
    findings: findings(flow),
    figure: {
      title: 'Lyapunov exponents',
      caption: `Finite-time exponents over time ${time}, ${exponents.length} of ${dimension} directions.`,
      panels: [
        {
          x: { label: 'direction' },
          y: { label: 'exponent, per unit of time' },
          series: [
            {
              kind: 'line',
              name: 'exponents',
              points: exponents.map((value, a): Point => [a + 1, value]),
            },
          ],
        },
      ],
    },
  };
}

function findings({
  exponents,
  time,
  log_determinant,
  speed,
  spectrum,
  spectrum_problem,
}: TangentFlow): string[] {
  const most = exponents[0];
  const grown =
    most > 0
      ? `the fastest difference doubles in a time of ${(Math.LN2 / most).toPrecision(3)}`
      : 'no difference grows';
  return [
    `${grown}; over time ${time} it changes by a factor of e^${(most * time).toFixed(2)}`,
    ...(log_determinant === null
      ? []
      : [`ln |det| of the flow map is ${log_determinant.toPrecision(6)}`]),
    spectrum
      ? `at the end the particles rest (speed ${speed.toExponential(1)}): ${spectrum.unstable} directions unstable, ${spectrum.neutral} neutral, ${spectrum.stable} stable`
      : `no spectrum: ${spectrum_problem}`,
  ];
}
