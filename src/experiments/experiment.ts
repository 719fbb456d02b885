/**
 * What an experiment is: a claim, what it predicts before anything is measured, how it is measured, and how it
 * could fail. Not the claims (a file each), and not how they are run (run.ts).
 */
import type { z } from 'zod';
import type { Figure } from '../figures/figure.ts';
import type { ReportColumn } from '../figures/report.ts';
import type { LanguageModel } from '../language/model.ts';
import type { CellStore } from './cells.ts';

/** What is expected of one number. */
export interface Prediction {
  /** In words, the same as in the measurement. */
  readonly quantity: string;
  /** A number with its tolerance, or a range. */
  readonly expected: { readonly value: number; readonly tolerance: number } | Range;
  /** Where the number and its tolerance come from. */
  readonly why: string;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A measured number with its interval: over seeds where it is random, of rounding or of the method where not. */
export interface Measured extends Range {
  readonly value: number;
  /** How many seeds it comes from; 1 where nothing is random. */
  readonly samples: number;
}

export interface Measurement {
  /** By quantity. */
  readonly values: Readonly<Record<string, Measured>>;
  readonly columns: readonly ReportColumn[];
  readonly figure: Figure;
  /** What a reader must know besides. */
  readonly notes?: readonly string[];
}

export interface ExperimentContext {
  readonly signal?: AbortSignal;
  /** How much of it is done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  /** The installed model of that name, or the default one; for experiments on trained models. */
  readonly readModel?: (name?: string) => LanguageModel;
  /** Where what cells find is kept, and found again. */
  readonly cells?: CellStore;
}

/**
 * A claim as an entry: what it says and where, what is predicted and why, how it is measured, and settings
 * that break it. Settings are data; the schema's defaults are those of the paper.
 */
export interface Experiment<O extends z.ZodObject = z.ZodObject> {
  /** kebab-case; claims begin with their number, such as c09-repulsion. */
  readonly id: string;
  /** The claim in one sentence. */
  readonly title: string;
  readonly citation: string;
  readonly schema: O;
  /** About how long the full variant takes on one core, where that is long: the longest are begun first. */
  readonly seconds?: number;
  /** Settings that take seconds, and those with which CI sees the verdict. */
  readonly quick: Partial<z.output<O>>;
  readonly tiny: Partial<z.output<O>>;
  /** Settings that break the dynamics: the verdict must then be "does not hold". */
  readonly broken: Partial<z.output<O>>;
  /** Written down before the measurement: it sees the settings only. */
  predict(settings: z.output<O>): readonly Prediction[];
  measure(settings: z.output<O>, context: ExperimentContext): Promise<Measurement>;
}

export type Verdict = 'holds' | 'does not hold' | 'inconclusive';

/** Holds where the whole interval is as predicted, does not where no part of it is. */
export function verdictOf({ expected }: Prediction, { low, high }: Range): Verdict {
  const { low: from, high: to } = rangeOf(expected);
  if (Number.isNaN(low) || Number.isNaN(high)) return 'does not hold';
  if (low >= from && high <= to) return 'holds';
  return high < from || low > to ? 'does not hold' : 'inconclusive';
}

/** The ends of what is expected. */
export const rangeOf = (expected: Prediction['expected']): Range =>
  'low' in expected
    ? expected
    : { low: expected.value - expected.tolerance, high: expected.value + expected.tolerance };

/** An entry of the catalogue, whatever its settings. */
export const experiment = <O extends z.ZodObject>(entry: Experiment<O>): Experiment<O> => entry;

/** A number without chance, good to `tolerance`. */
export const exactly = (value: number, tolerance = 0): Measured => ({
  value,
  low: value - tolerance,
  high: value + tolerance,
  samples: 1,
});
