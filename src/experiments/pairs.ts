/** Which share of the pairs of tokens is together, while attention moves them. Not the diagrams made of it. */
import { simulate } from '../flow/simulation.ts';
import type { Matrix } from '../numerics/matrix.ts';

/** Pairs of cosine 1 − δ are together (arXiv 2312.10794, figure 3). */
export const DELTA = 1e-3;

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
    ...{ dynamics: 'sa', parameters, init, time: times[times.length - 1], saveAt: [...times] },
    ...{ scheme: 'dopri5', tolerance: 1e-5, engine: 'wasm', diagnostics: [] },
    ...(merge ? { merge: ONE, stopClusters: 1 } : {}),
  });
  const shares = frames.map(({ positions }) => shareOf(positions)).slice(0, times.length);
  return [...shares, ...new Array<number>(times.length - shares.length).fill(1)];
}

/** Of pairs of unit rows with |x − y|² = 2 − 2⟨x, y⟩ ≤ 2δ. */
function shareOf({ rows: n, columns: d, data }: Matrix): number {
  let count = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < d && square <= 2 * DELTA; k++)
        square += (data[i * d + k] - data[j * d + k]) ** 2;
      if (square <= 2 * DELTA) count++;
    }
  return (2 * count) / (n * (n - 1));
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
