/** State estimation as a table and a figure. Not its numbers. */
import type { Figure, Line } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { log2, log10 } from '../../numerics/elementary.ts';
import { rangesText } from '../forward/report.ts';
import type { StateEstimation } from './state.ts';

/** A row for each number of observations. */
export function stateReport(estimation: StateEstimation): Report {
  const { settings, title, unknowns, observations, errors } = estimation;
  const { observe, training, test, levels, seed } = settings;
  return {
    title: `State estimation: ${title}`,
    settings: `${rangesText(estimation)} · ${observe}, ${unknowns} unknowns · ${training} training and ${test} test snapshots of ${levels} quantiles, seed ${seed}`,
    columns: [
      { name: 'observations', heading: 'm', values: observations },
      { name: 'open_directions', heading: 'open', values: errors[0].nullity },
      ...errors.flatMap(({ noise, mean, max, rms, expected }) => [
        { name: `w2_mean_noise${noise}`, heading: `W2, σ = ${noise}`, values: mean },
        { name: `w2_max_noise${noise}`, values: max },
        { name: `w2_rms_noise${noise}`, values: rms },
        { name: `w2_expected_noise${noise}`, heading: 'expected', values: expected },
      ]),
    ],
    findings: findings(estimation),
    figure: stateFigure(estimation),
  };
}

function findings(estimation: StateEstimation): string[] {
  const { unknowns, observations, errors, modelError, unobservedError } = estimation;
  const few = observations.filter((_, i) => errors[0].nullity[i] > 0);
  return [
    'W2 is the mean over the test snapshots; expected is its root mean square from noise and open directions, the model being right',
    `the model alone costs ${modelError.toPrecision(2)}, the mean measure without observations ${unobservedError.toPrecision(2)}`,
    ...(few.length === 0
      ? []
      : [
          `m = ${few.join(', ')}: underdetermined, of ${unknowns} unknowns so many as listed are open; the answer is the one of least norm`,
        ]),
  ];
}

export function stateFigure({ title, observations, errors, modelError }: StateEstimation): Figure {
  const points = (values: readonly number[]) =>
    values.map((error, i): [number, number] => [
      log2(observations[i]),
      log10(Math.max(error, Number.EPSILON)),
    ]);
  const lines = errors.map(
    ({ noise, mean }): Line => ({ kind: 'line', name: `σ = ${noise}`, points: points(mean) }),
  );
  const floor: Line = {
    kind: 'line',
    name: 'the model alone',
    points: points(observations.map(() => modelError)),
  };
  return {
    title: `State estimation: ${title}`,
    caption: 'Mean W2 of estimated to true measures against the number of observations.',
    panels: [
      {
        x: {
          label: 'observations m',
          ticks: observations.map((m) => ({ value: log2(m), label: String(m) })),
        },
        y: { label: 'log₁₀ W₂' },
        series: [...lines, floor],
      },
    ],
  };
}
