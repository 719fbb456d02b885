/** How many clusters attention forms on the circle, and lives with, before they merge. Not their power of β. */
import { clustersAt, dendrogram } from '../../diagnostics/clusters.ts';
import { timePlateau } from '../../diagnostics/plateau.ts';
import type { SimulationContext } from '../../flow/simulate.ts';
import { simulate } from '../../flow/simulation.ts';

export interface ClusterRun {
  readonly beta: number;
  /** Tokens, uniform on the circle. */
  readonly n: number;
  /** Until then clusters are counted. */
  readonly time: number;
  readonly seed: number;
  /** V is this multiple of the identity. Default 1. */
  readonly value?: number;
}

/** Tokens within this angle are one cluster. */
const TOGETHER = 0.1;
/** Earlier there are no clusters yet, only tokens that lie beside each other by chance. */
const FIRST_COUNT = 1;
const COUNTS = 60;

/** By single linkage, through the plateau that lasts longest in log t (arXiv 2410.06833). */
export async function lastingClusters(
  { beta, n, time, seed, value = 1 }: ClusterRun,
  context: Pick<SimulationContext, 'engines' | 'signal'> = {},
): Promise<number> {
  const flow = { dynamics: 'sa', parameters: { beta, value }, n, d: 2, seed, time };
  const scheme = { scheme: 'dopri5', tolerance: 1e-7, diagnostics: [] };
  const saveAt = `log:${FIRST_COUNT}:${time}:${COUNTS}`;
  const { frames } = await simulate({ ...flow, ...scheme, saveAt }, context);
  return timePlateau(
    frames.map((frame) => frame.time),
    frames.map(({ positions }) => clustersAt(dendrogram(positions), TOGETHER).length),
  ).count;
}
