/** Runs an experiment and says what becomes of its claim. Not its files, and not the experiments. */
import { DivergedError } from '../numerics/errors.ts';
import { parseOptions } from '../numerics/options.ts';
import {
  type Experiment,
  type ExperimentContext,
  type Measured,
  type Measurement,
  type Prediction,
  type Verdict,
  verdictOf,
} from './experiment.ts';

export const VARIANTS = ['full', 'quick', 'tiny'] as const;
export type Variant = (typeof VARIANTS)[number];

export interface Finding extends Prediction {
  readonly measured: Measured;
  readonly verdict: Verdict;
}

/**
 * One claim, measured: each finding with what was predicted, and a verdict over all. Plain data but for the
 * figure; the record of `experiment run`.
 */
export interface ExperimentRun extends Pick<Measurement, 'columns' | 'figure' | 'notes'> {
  readonly id: string;
  readonly title: string;
  readonly citation: string;
  readonly variant: Variant;
  /** Names of settings that are not those of the variant; absent where there are none. */
  readonly changed?: readonly string[];
  readonly settings: object;
  readonly findings: readonly Finding[];
  /** Of all findings: the worst. */
  readonly verdict: Verdict;
  readonly seconds: number;
}

export interface RunOptions {
  readonly variant?: Variant;
  /** Settings other than those of the variant. */
  readonly settings?: object;
}

/**
 * Measures one claim; where its dynamics diverge, it does not hold. Throws InputError for settings that do not fit, and RangeError where the measurement
 * lacks a quantity that was predicted.
 */
export async function runExperiment(
  entry: Experiment,
  { variant = 'full', settings: given = {} }: RunOptions = {},
  context: ExperimentContext = {},
): Promise<ExperimentRun> {
  const begun = performance.now();
  const settings = settingsOf(entry, variant, given);
  const predictions = entry.predict(settings);
  const { values, ...shown } = await entry
    .measure(settings, context)
    .catch((error) => brokenOff(entry, predictions, error));
  const findings = predictions.map((prediction): Finding => {
    const measured = values[prediction.quantity];
    if (!measured)
      throw new RangeError(`experiment ${entry.id} measures no "${prediction.quantity}"`);
    return { ...prediction, measured, verdict: verdictOf(prediction, measured) };
  });
  const { id, title, citation } = entry;
  const verdict = worst(findings.map((finding) => finding.verdict));
  const seconds = (context.cells?.seconds ?? 0) + (performance.now() - begun) / 1000;
  const how = { variant, ...changedFrom(entry, variant, settings), settings };
  return { id, title, citation, ...how, findings, verdict, ...shown, seconds };
}

/** What is known where the dynamics left every bound: nothing of what was predicted. Throws every other error. */
function brokenOff(
  { title }: Experiment,
  predictions: readonly Prediction[],
  error: unknown,
): Measurement {
  if (!(error instanceof DivergedError)) throw error;
  const nothing = { value: Number.NaN, low: Number.NaN, high: Number.NaN, samples: 0 };
  return {
    values: Object.fromEntries(predictions.map(({ quantity }) => [quantity, nothing])),
    columns: [{ name: 'time', heading: 't', values: [error.time] }],
    figure: { title, caption: 'Nothing was measured.', panels: [] },
    notes: [`the measurement broke off: ${error.message}`],
  };
}

/** Those of the variant, with what was given besides. Throws InputError. */
export function settingsOf({ schema, ...variants }: Experiment, variant: Variant, given: object) {
  const own = variant === 'full' ? {} : variants[variant];
  return parseOptions(schema, { ...own, ...given });
}

function changedFrom(entry: Experiment, variant: Variant, settings: Record<string, unknown>) {
  const own = settingsOf(entry, variant, {});
  const same = (name: string) => JSON.stringify(settings[name]) === JSON.stringify(own[name]);
  const changed = Object.keys(settings).filter((name) => !same(name));
  return changed.length > 0 && { changed };
}

const ORDER: readonly Verdict[] = ['does not hold', 'inconclusive', 'holds'];

const worst = (verdicts: readonly Verdict[]): Verdict =>
  ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'inconclusive';
