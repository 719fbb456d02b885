/** A grid of effects as a table and a heat map. Not its numbers. */

import type { Report, ReportCell } from '../../figures/report.ts';
import { counted } from '../../numerics/counted.ts';
import type { Effects } from './effects.ts';
import { EFFECTS } from './grid.ts';

/** Cells that findings name. */
const NAMED = 5;

export function effectsReport(found: Effects): Report {
  const { text, model, settings, precision, rows, columns, answer, otherAnswer } = found;
  const { of, factor, other } = settings;
  const frames = of === 'patches';
  const cells = rows.flatMap((row, i) =>
    columns.flatMap((column, j) =>
      found.divergences[i][j] === null ? [] : [{ row, column, i, j }],
    ),
  );
  const column = (
    name: string,
    heading: string,
    value: (cell: (typeof cells)[number]) => ReportCell,
  ) => ({ name, heading, values: cells.map(value) });
  const place = frames ? 'frame' : 'layer';
  const second = found.otherProbabilities;
  const largest = [...cells]
    .sort((a, b) => nats(found, b) - nats(found, a))
    .slice(0, NAMED)
    .map(({ row, column, i, j }) => {
      const became = found.answers[i][j];
      const kept = became === answer.token ? 'the answer stays' : `the answer becomes “${became}”`;
      return `${place} ${row}, ${column}: ${nats(found, { i, j }).toPrecision(3)} nats, ${kept}`;
    });
  const changed = cells.filter(({ i, j }) => found.answers[i][j] !== answer.token).length;
  return {
    title: text,
    settings: `${model} · ${precision} · ${EFFECTS[of]}${of === 'beta' ? ` (${factor})` : ''}${other === undefined ? '' : ` (“${other}”)`} · ${counted(cells.length, 'change')}`,
    columns: [
      column(place, place, ({ row }) => row),
      column('change', 'change', ({ column }) => column),
      column('divergence', 'nats', ({ i, j }) => found.divergences[i][j]),
      column('answer', 'first token', ({ i, j }) => found.answers[i][j]),
      column('probability', `p(“${answer.token}”)`, ({ i, j }) => found.probabilities[i][j]),
      ...(second && otherAnswer
        ? [column('other_probability', `p(“${otherAnswer.token}”)`, ({ i, j }) => second[i][j])]
        : []),
    ],
    findings: [
      `the first token is “${answer.token}” with ${percent(answer.probability)}${otherAnswer ? `, that of the other text “${otherAnswer.token}” with ${percent(otherAnswer.probability)}` : ''}`,
      ...largest,
      `the first token changes in ${changed} of ${cells.length}`,
    ],
    figure: {
      title: `Effects: ${EFFECTS[of]}`,
      caption: `“${text}”, ${model}: KL(as it is ‖ changed) of the answer’s first token, in nats.`,
      panels: [
        {
          x: { label: '', ticks: columns.map((label, value) => ({ value, label })) },
          y: { label: place, ticks: rows.map((row, value) => ({ value, label: `${row}` })) },
          series: [
            {
              kind: 'heat',
              name: 'nats',
              values: found.divergences.map((row) => row.map((value) => value ?? Number.NaN)),
            },
          ],
        },
      ],
    },
  };
}

const nats = ({ divergences }: Effects, { i, j }: { i: number; j: number }) =>
  divergences[i][j] ?? 0;
const percent = (p: number) => `${(100 * p).toPrecision(3)} %`;
