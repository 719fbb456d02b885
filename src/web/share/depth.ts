/** What the Depth tab gives away. */

import type { Figure } from '../../figures/figure.ts';
import { DEPTHS, REFINEMENT, type RefinedReply, SCHEMES } from '../api.ts';
import { divergenceLines, errorLines, refinedLines, stackLines } from '../depth/lines.ts';
import { DEPTH_RECORD } from '../depth/records.ts';
import { sizeOf } from '../depth/refined.ts';
import { isFlow, type Page } from '../page.ts';
import { type Options, operationSpelled } from './calls.ts';
import { captionOf, figureOfLines } from './figures.ts';
import { overFlowFigure } from './layers.ts';
import type { Shared } from './shared.ts';

export function shareDepth(page: Page): Shared {
  return isFlow(page.state.get(), page) ? shareFlow(page) : shareRefined(page);
}

function shareRefined(page: Page): Shared {
  const found = page.refined.get().value;
  const figures = found
    ? [
        { name: 'refined', figure: figureOfLines(page, refinedLines(page, found)) },
        { name: 'matrix', figure: matrixFigure(page, found) },
      ]
    : [];
  return {
    figures,
    document: found && { name: 'depth', value: found },
    ...operationSpelled(page, 'limit depth', DEPTH_RECORD, ({ coupling }) => ({
      coupling,
      ...REFINEMENT,
    })),
  };
}

/** Layers from left to right, parts from top to bottom; shades by powers of ten, what is below a millionth alike. */
function matrixFigure(page: Page, { layers, parts, matrix, answer }: RefinedReply): Figure {
  const { words } = page;
  const rows = parts.map((_, row) =>
    matrix.cells
      .filter((_cell, at) => at % parts.length === row)
      .map((cell) => Math.log10(Math.max(sizeOf(cell), 1e-6))),
  );
  return {
    title: words.refined.matrix,
    caption: captionOf(page),
    panels: [
      {
        title: answer === null ? words.refined.distanceAxis : words.refined.natsAxis,
        x: {
          label: words.refined.layer,
          ticks: layers.map((layer, j) => ({ value: j, label: String(layer) })),
        },
        y: {
          label: '',
          ticks: parts.map(({ part }, i) => ({
            value: i,
            label: words.refined.parts[part] ?? part,
          })),
        },
        series: [{ kind: 'heat', values: rows }],
      },
    ],
  };
}

function shareFlow(page: Page): Shared {
  const limit = page.depthLimit.get().value;
  const trace = page.traces.get().value;
  const paths = trace ? [{ name: 'trajectories', figure: overFlowFigure(page, trace) }] : [];
  const errors = limit
    ? [
        { name: 'errors', figure: figureOfLines(page, errorLines(page, limit)) },
        { name: 'divergence', figure: figureOfLines(page, divergenceLines(page, limit)) },
      ]
    : [];
  const found = page.stacks.get().value;
  const stacks = found
    ? [{ name: 'stacks', figure: figureOfLines(page, stackLines(page, found)) }]
    : [];
  return {
    figures: [...paths, ...errors, ...stacks],
    document: limit && { name: 'depth', value: limit },
    ...operationSpelled(page, 'limit depth', DEPTH_RECORD, depthOptions),
  };
}

/** All depths at once, so the one chosen plays no part. */
const depthOptions = ({ coupling }: Options): Options => ({
  coupling,
  depths: DEPTHS,
  schemes: SCHEMES,
});
