/** What the Depth tab gives away. */
import type { Repeatable } from '../../operations/snippets.ts';
import { DEPTHS, SCHEMES } from '../api.ts';
import { divergenceLines, errorLines, stackLines } from '../depth/lines.ts';
import type { Page } from '../page.ts';
import { type Options, operationSpelled } from './calls.ts';
import { figureOfLines } from './figures.ts';
import { overFlowFigure } from './layers.ts';
import type { Shared } from './shared.ts';

export function shareDepth(page: Page): Shared {
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

/** Of the record of the operation, which would bring what computes it: a test holds the two together. */
export const DEPTH_RECORD: Repeatable = {
  subject: 'any text or flow',
  library: ['modelDepthLimit', 'depthLimit'],
};

/** All depths at once, so the one chosen plays no part. */
const depthOptions = ({ coupling }: Options): Options => ({
  coupling,
  depths: DEPTHS,
  schemes: SCHEMES,
});
