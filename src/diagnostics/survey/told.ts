/** What the findings of a survey are made of, in whatever words a face tells them. */
import type { Sink } from './sinks.ts';

/** Clusters are beyond chance where at most this share of clouds has any that last as long. */
export const UNUSUAL = 0.05;

/** Whether clusters are beyond chance; false where there are none, or none were held against it. */
export const isUnusual = (clusters: { readonly unusual: number | null } | null | undefined) =>
  clusters?.unusual !== null && clusters?.unusual !== undefined && clusters.unusual <= UNUSUAL;

/** A token with the frames where it is a sink, and the most that it is there. */
export interface SinkCourse extends Pick<Sink, 'token' | 'norm'> {
  readonly frames: readonly number[];
  readonly attention: number;
}

/** Each token that is a sink anywhere, in the order in which they become it. */
export function sinkCourses(
  frames: readonly { readonly sinks: readonly Pick<Sink, 'token' | 'norm' | 'attention'>[] }[],
): SinkCourse[] {
  const named = new Map<number, SinkCourse>();
  for (const [k, { sinks }] of frames.entries())
    for (const { token, norm, attention } of sinks) {
      const known = named.get(token) ?? { token, frames: [], norm: 0, attention: 0 };
      named.set(token, {
        token,
        frames: [...known.frames, k],
        norm: Math.max(known.norm, norm),
        attention: Math.max(known.attention, attention ?? 0),
      });
    }
  return [...named.values()];
}

/** 1, 2, 3, 7 as 1–3, 7. */
export function spans(numbers: readonly number[]): string {
  const starts = numbers.filter((number, k) => numbers[k - 1] !== number - 1);
  return starts
    .map((start) => {
      let end = start;
      while (numbers.includes(end + 1)) end++;
      return end === start ? `${start}` : `${start}–${end}`;
    })
    .join(', ');
}
