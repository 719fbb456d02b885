/** Estimated matrices as a table and a figure. Not their numbers. */
import type { Figure } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { openFindings } from './estimate.ts';
import type { MatrixEstimation } from './matrices.ts';

/** A row for each number that was sought. */
export function matricesReport(estimation: MatrixEstimation): Report {
  const { settings, names, truth, data, intervals, rounds } = estimation;
  const { n, d, attention, snapshots, noise, seed } = settings;
  return {
    title: 'What attention is made of, from snapshots of its tokens',
    settings: `${attention}, ${n} tokens in d = ${d}, ${snapshots} snapshots, noise ${noise}, seed ${seed} · ${data} data for ${names.length} numbers, ${rounds} rounds`,
    columns: [
      { name: 'entry', heading: '', values: names },
      { name: 'truth', heading: 'truth', values: truth },
      { name: 'estimate', heading: 'estimate', values: intervals.map(({ value }) => value) },
      { name: 'low', heading: '95 % from', values: intervals.map(({ low }) => low) },
      { name: 'high', heading: 'to', values: intervals.map(({ high }) => high) },
    ],
    findings: findings(estimation),
    figure: matricesFigure(estimation),
  };
}

function findings(estimation: MatrixEstimation): string[] {
  const { names, deviation, nullSpace, productError, data, fits } = estimation;
  return [
    `βQᵀK and TV: the largest error of an entry is ${productError.toExponential(1)}`,
    ...(deviation === null ? [] : [`noise of one datum, estimated: ${deviation.toPrecision(3)}`]),
    ...(fits ? [] : ['that is far above the noise: the search ended in a local minimum']),
    ...openFindings(names, nullSpace, data),
  ];
}

/** Estimates against the truth, with the diagonal. */
function matricesFigure({ truth, intervals }: MatrixEstimation): Figure {
  const ends = [Math.min(...truth), Math.max(...truth)];
  return {
    title: 'Estimated entries against the true ones',
    caption: 'Entries of the matrices, estimated from positions, against those that made the flow.',
    panels: [
      {
        x: { label: 'truth' },
        y: { label: 'estimate' },
        series: [
          { kind: 'line', name: 'equal', points: ends.map((end): [number, number] => [end, end]) },
          {
            kind: 'scatter',
            name: 'entries',
            points: truth.map((value, i): [number, number] => [value, intervals[i].value]),
          },
        ],
      },
    ],
  };
}
