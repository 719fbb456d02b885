/** A tangent flow as a table and a figure. Not its numbers. */

import type { Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { counted } from '../../numerics/counted.ts';
import type { TangentFlow } from './tangent.ts';

export function tangentReport(flow: TangentFlow & { readonly text?: string }): Report {
  const { exponents, dimension, singularValues, spectrum } = flow;
  return {
    title: flow.text ?? 'How small differences grow along the flow',
    settings: `${span(flow)} · ${exponents.length} of ${counted(dimension, 'direction')}`,
    columns: [
      { name: 'direction', heading: 'direction', values: exponents.map((_, a) => a + 1) },
      { name: 'exponent', heading: 'exponent', values: exponents },
      {
        name: 'singular_value',
        heading: singularValues ? 'stretching' : undefined,
        values: exponents.map((_, a) => singularValues?.[a] ?? null),
      },
      {
        name: 'eigenvalue_re',
        heading: spectrum ? 'eigenvalue' : undefined,
        values: exponents.map((_, a) => spectrum?.eigenvalues[a]?.re ?? null),
      },
      {
        name: 'eigenvalue_im',
        values: exponents.map((_, a) => spectrum?.eigenvalues[a]?.im ?? null),
      },
    ],
    findings: findings(flow),
    figure: {
      title: 'Lyapunov exponents',
      caption: `Finite-time exponents over ${span(flow)}, ${exponents.length} of ${counted(dimension, 'direction')}.`,
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

const span = ({ time, spinUp }: TangentFlow) =>
  spinUp > 0 ? `time ${spinUp} to ${time}` : `time ${time}`;

function findings(flow: TangentFlow): string[] {
  const { logDeterminant, time, spinUp, speed, spectrum, spectrumProblem } = flow;
  return [
    growth(flow),
    `exponents of a time of ${time - spinUp}: those of infinite time are a term of order 1/${time - spinUp} away`,
    ...(logDeterminant === null
      ? []
      : [`ln |det| of the flow map is ${logDeterminant.toPrecision(6)}`]),
    spectrum
      ? `at the end (speed ${speed.toExponential(1)}): ${counted(spectrum.unstable, 'direction')} unstable, ${spectrum.neutral} neutral, ${spectrum.stable} stable, to ${spectrum.tolerance.toExponential(0)}`
      : `no spectrum: ${spectrumProblem}`,
  ];
}

/** Of the fastest difference where all are known; a few random ones need not have met it. */
function growth(flow: TangentFlow): string {
  const { exponents, dimension, singularValues } = flow;
  if (singularValues) return changes('the fastest difference', flow);
  const met = `${exponents.length} of ${counted(dimension, 'direction')} find the fastest in long times only`;
  return `${changes('the fastest of these differences', flow)}; ${met}`;
}

function changes(what: string, flow: TangentFlow): string {
  const [fastest] = flow.exponents;
  const grown = fastest * (flow.time - flow.spinUp);
  const doubles = grown > 0 ? `, doubling in a time of ${(Math.LN2 / fastest).toPrecision(3)}` : '';
  return `${what} changes by a factor of e^${grown.toFixed(2)} over ${span(flow)}${doubles}`;
}
