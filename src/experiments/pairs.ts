/** Which share of the pairs of tokens is together, while attention moves them. Not the diagrams made of it. */
import { DELTA } from '../diagnostics/diagnostic.ts';
import { shareOfPairs } from '../diagnostics/pair-share.ts';
import { simulate } from '../flow/simulation.ts';
import type { Matrix } from '../numerics/matrix.ts';

/** Particles closer than this angle are one: far closer than δ asks. */
const ONE = 1e-3;

export interface PairRun {
  /** Of softmax attention. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** [n, d] */
  readonly init: Matrix;
  /** Rising from 0. */
  readonly times: readonly number[];
  /** Makes one of particles that have met, where nothing parts them again: the run ends with the last two. */
  readonly merge: boolean;
}

/** The share of pairs that are together, at every time; all of them once there is one particle. */
export async function pairsTogether(run: PairRun): Promise<number[]> {
  const { parameters, init, times, merge } = run;
  const { frames } = await simulate({
    dynamics: 'sa',
    parameters,
    init,
    time: times[times.length - 1],
    saveAt: [...times],
    scheme: 'dopri5',
    tolerance: 1e-5,
    engine: 'wasm',
    diagnostics: [],
    ...(merge ? { merge: ONE, stopClusters: 1 } : {}),
  });
  const shares = frames
    .slice(0, times.length)
    .map(({ positions }) => shareOfPairs(positions, DELTA) ?? 1);
  return [...shares, ...new Array<number>(times.length - shares.length).fill(1)];
}

/** When the share first reaches a level, linear between two times; ∞ where it does not. */
export function timeOf(level: number, times: readonly number[], shares: readonly number[]): number {
  const k = shares.findIndex((share) => share >= level);
  if (k < 0) return Number.POSITIVE_INFINITY;
  if (k === 0) return times[0];
  const part = (level - shares[k - 1]) / (shares[k] - shares[k - 1]);
  return times[k - 1] + part * (times[k] - times[k - 1]);
}

/** `count` numbers from 0 to `last`. */
export const fromZero = (last: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => (last * k) / (count - 1));

/** Half a cell beyond the first and the last of these, so that a cell of a diagram lies around its place. */
export function around(last: number, count: number): [number, number] {
  const half = last / (count - 1) / 2;
  return [-half, last + half];
}
