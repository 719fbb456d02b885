/** What the page and the simulation's worker tell each other. Not how either works. */
import type { SimulationFrame } from '../../flow/frames.ts';
import type { SimulationReport } from '../../flow/simulate.ts';
import type { SimulationOptions } from '../../flow/simulation-settings.ts';
import type { ProblemDetails } from '../problem-details.ts';

/** Options that can be posted: dynamics are a name of the catalogue, as functions stay where they are. */
export interface RunOptions extends Omit<SimulationOptions, 'dynamics'> {
  readonly dynamics?: string;
}

/** A frame as data. Positions, view and radii lie in buffers of their own, which are handed over. */
export type RunFrame = Omit<SimulationFrame, 'continuation'>;

/** The options of the run come first and are answered with the first reply, every `next` with one more. */
export type Question = RunOptions | 'next' | 'end';

export type Reply =
  | { readonly kind: 'frame'; readonly frame: RunFrame; readonly report: SimulationReport }
  | { readonly kind: 'done'; readonly report: SimulationReport }
  | { readonly kind: 'failed'; readonly failure: ProblemDetails };
