/** The catalogue of diagnostics and its one loop. A new diagnostic is a file beside this one and a line here. */
import { attentionEntropy } from './attention-entropy.ts';
import { cosineHistogram, cosineMean, cosineMin } from './cosines.ts';
import { type Diagnostic, type DiagnosticFrame, prepareFrame } from './diagnostic.ts';
import { displacement } from './displacement.ts';
import { effectiveRank } from './effective-rank.ts';
import { energy } from './energy.ts';

export const diagnostics: readonly Diagnostic[] = [
  energy,
  cosineMean,
  cosineMin,
  cosineHistogram,
  effectiveRank,
  attentionEntropy,
  displacement,
];

/** By name, one entry a frame; null where a frame does not define the value. */
export type DiagnosticRecord = Record<string, (number | number[] | null)[]>;

/**
 * Every diagnostic of every frame. A frame without `previous` takes the positions of the frame before it.
 */
export function runDiagnostics(frames: readonly DiagnosticFrame[]): DiagnosticRecord {
  const prepared = frames.map((frame, i) =>
    prepareFrame({ previous: i > 0 ? frames[i - 1].positions : null, ...frame }),
  );
  return Object.fromEntries(
    diagnostics.map(({ name, compute }) => [name, prepared.map((frame) => compute(frame))]),
  );
}
