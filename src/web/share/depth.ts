/** What the Depth tab gives away. */
import { DEPTHS, SCHEMES } from '../api.ts';
import { divergenceLines, errorLines, stackLines } from '../depth/lines.ts';
import type { Page } from '../page.ts';
import type { Call, Options } from './calls.ts';
import { spelled } from './calls.ts';
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
    ...spelled(page, depthCall),
  };
}

/** All depths at once, so the one chosen plays no part. */
const depthCall = ({ coupling }: Options): Call => ({
  command: 'limit depth',
  name: 'modelDepthLimit',
  awaited: true,
  options: { coupling, depths: DEPTHS, schemes: SCHEMES },
  print: 'JSON.stringify(result)',
});
