/** The catalogue of diagnostics and its one loop. A new diagnostic is a file beside this one and a line here. */
import type { Matrix } from '../numerics/matrix.ts';
import { attentionEntropy } from './attention-entropy.ts';
import { attentionImbalance } from './attention-imbalance.ts';
import { clusterCount } from './cluster-count.ts';
import { coneMin } from './cone.ts';
import { cosineHistogram, cosineMean, cosineMin } from './cosines.ts';
import { type Diagnostic, type DiagnosticFrame, prepareFrame } from './diagnostic.ts';
import { displacement } from './displacement.ts';
import { effectiveRank } from './effective-rank.ts';
import { energy } from './energy.ts';
import { energyRate } from './energy-rate.ts';
import { harmonicPower } from './harmonics.ts';
import { coneExit, hullExit } from './hull.ts';
import { attentionLeaders, leaderShare } from './leaders.ts';
import { fourierModes, meanResultant } from './order.ts';
import { pairShare } from './pair-share.ts';
import { radiusMean } from './radius.ts';
import { sampleNote } from './sample.ts';

/**
 * What is measured of particles, in the order in which faces list them: a number, several or a histogram a
 * frame each. Units and exact answers stand in the files of src/diagnostics.
 */
export const diagnostics: readonly Diagnostic[] = [
  energy,
  cosineMean,
  cosineMin,
  cosineHistogram,
  pairShare,
  effectiveRank,
  attentionEntropy,
  attentionImbalance,
  displacement,
  energyRate,
  clusterCount,
  meanResultant,
  fourierModes,
  harmonicPower,
  coneMin,
  hullExit,
  coneExit,
  attentionLeaders,
  leaderShare,
  radiusMean,
];

/** What a diagnostic says of a frame; null where the frame does not define it. */
export type DiagnosticValue = number | number[] | null;

/** By name, one entry a frame; null where a frame does not define the value. */
export type DiagnosticRecord = Record<string, DiagnosticValue[]>;

/** By name of a diagnostic, one line: which part of the particles was read, or that a number is too large. */
export type DiagnosticNotes = Record<string, string>;

export interface Diagnosis {
  readonly diagnostics: DiagnosticRecord;
  /** Empty where everything was read and finite. */
  readonly notes: DiagnosticNotes;
}

/** The diagnostics of one frame, which brings its own `previous` and `initial`. */
export function diagnoseFrame(
  frame: DiagnosticFrame,
  chosen: readonly Diagnostic[] = diagnostics,
): { values: Record<string, DiagnosticValue>; notes: DiagnosticNotes } {
  const prepared = prepareFrame(frame);
  const values: Record<string, DiagnosticValue> = {};
  const notes: DiagnosticNotes = {};
  for (const diagnostic of chosen) {
    const value = diagnostic.compute(prepared);
    const finite = typeof value !== 'number' || Number.isFinite(value);
    values[diagnostic.name] = finite ? value : null;
    const note = finite ? partialNote(diagnostic, frame, value) : `not a finite number (${value})`;
    if (note) notes[diagnostic.name] = note;
  }
  return { values, notes };
}

/**
 * Diagnostics of all frames, one after another: no more than three frames are held. A frame without
 * `previous` takes the positions of the frame before it, one without `initial` those of the first.
 */
export function diagnose(
  frames: Iterable<DiagnosticFrame>,
  chosen: readonly Diagnostic[] = diagnostics,
): Diagnosis {
  const record: DiagnosticRecord = Object.fromEntries(chosen.map(({ name }) => [name, []]));
  const notes: DiagnosticNotes = {};
  let initial: Matrix | null = null;
  let previous: Matrix | null = null;
  for (const frame of frames) {
    initial ??= frame.positions;
    const found = diagnoseFrame({ previous, initial, ...frame }, chosen);
    for (const [name, value] of Object.entries(found.values)) record[name].push(value);
    Object.assign(notes, found.notes);
    previous = frame.positions;
  }
  return { diagnostics: record, notes };
}

/** Every diagnostic of every frame, without notes: for as many particles as a sentence has. */
export function runDiagnostics(frames: Iterable<DiagnosticFrame>): DiagnosticRecord {
  return diagnose(frames).diagnostics;
}

function partialNote(
  { reads }: Diagnostic,
  { positions: { rows: n, columns: d } }: DiagnosticFrame,
  value: DiagnosticValue,
): string | null {
  const read = value === null ? n : (reads?.(n, d) ?? n);
  return read < n ? sampleNote(read, n) : null;
}
