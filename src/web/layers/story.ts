/** What a trace tells by itself: who gathers, from which layer on the answer stands, who looks at whom the most. */
import type { Trace } from '../api.ts';
import type { ClusterEvent } from './groups.ts';
import { eventsAt, groupsAt } from './groups.ts';

/** How many clusters there are at the start and at the end, and which join first. */
export interface Gathering {
  readonly before: number;
  readonly after: number;
  readonly first: ClusterEvent | null;
}

export function gatheringOf(trace: Trace, tolerance: number): Gathering {
  const last = trace.layers.length - 1;
  return {
    before: groupsAt(trace, 0, tolerance).length,
    after: groupsAt(trace, last, tolerance).length,
    first: eventsAt(trace, tolerance).find(({ kind }) => kind === 'merge') ?? null,
  };
}

/** The best answer of the last frame, and the first from which it stays the best of the final candidates. */
export interface Decision {
  readonly answer: string;
  readonly score: number;
  readonly frame: number;
  /** What is the best in the frame before; null where there is none. */
  readonly before: string | null;
}

/** null where nothing is answered. */
export function decisionOf({ logit_lens }: Pick<Trace, 'logit_lens'>): Decision | null {
  const best = logit_lens.map(({ candidates }) => candidates[0]);
  const end = best.at(-1);
  if (!end) return null;
  const frame = 1 + best.findLastIndex((one) => one?.token_str !== end.token_str);
  const before = frame > 0 ? (best[frame - 1]?.token_str ?? null) : null;
  return { answer: end.token_str, score: end.score, frame, before };
}

/** An entry of the coupling: `query` gives `weight` of its attention to `key`. */
export interface Look {
  /** The step from frame `step` to the next. */
  readonly step: number;
  readonly head: number;
  readonly query: number;
  readonly key: number;
  readonly weight: number;
}

/** The largest weight of all steps and heads between two particles; null where nobody looks at another. */
export function strongestLook({ attentions }: Pick<Trace, 'attentions'>): Look | null {
  let best: Look | null = null;
  for (const [step, heads] of attentions.entries())
    for (const [head, rows] of heads.entries())
      for (const [query, row] of rows.entries())
        for (const [key, weight] of row.entries())
          if (query !== key && weight > (best?.weight ?? 0))
            best = { step, head, query, key, weight };
  return best;
}

/** The particle that all others attend to most, on average over steps, heads and queries, and its share. */
export function mostHeard({
  attentions,
}: Pick<Trace, 'attentions'>): { readonly token: number; readonly share: number } | null {
  const sums: number[] = [];
  const counts: number[] = [];
  for (const rows of attentions.flat())
    for (const [query, row] of rows.entries())
      for (const [key, weight] of row.entries())
        if (query !== key) {
          sums[key] = (sums[key] ?? 0) + weight;
          counts[key] = (counts[key] ?? 0) + 1;
        }
  const shares = sums.map((sum, key) => sum / counts[key]);
  if (shares.length === 0) return null;
  const token = shares.indexOf(Math.max(...shares.filter((share) => !Number.isNaN(share))));
  return { token, share: shares[token] };
}
