/** The parts of a file by the split that a model was trained with, as its own record says, or by the default one. */
import { z } from 'zod';
import { InputError } from '../../numerics/errors.ts';
import type { OwnParts } from '../checkpoint.ts';
import { plainTextSchema, prepareTexts } from '../training/plain-text.ts';

/** What the record in a model's config.json says of its training; anything else is left alone. */
const recordSchema = z.object({
  config: z.object({ plainText: plainTextSchema.optional() }).optional(),
  corpora: z
    .array(z.object({ sha256: z.string().optional(), split: z.string().optional() }))
    .optional(),
  from: z.object({ training: z.unknown() }).optional(),
});

type TrainingRecord = z.output<typeof recordSchema>;

/** The record of a training, then those of the models that it started from: what they saw, this one saw. */
function recordsOf(training: unknown): TrainingRecord[] {
  const record = recordSchema.safeParse(training).data;
  return record ? [record, ...recordsOf(record.from?.training)] : [];
}

export interface HeldOut {
  /** The test part. */
  readonly texts: readonly string[];
  /** The training part, as the model saw it: for baselines, and to look for overlap. */
  readonly training: readonly string[];
  /** Fingerprint of the split. */
  readonly split: string;
  /** Whether the model was trained on the other part of this very file. */
  readonly trainedOn: boolean;
}

/**
 * The test part of a file's lines. Throws InputError where the model, or one that it started from, was trained
 * on this file split in another way, since the test part then holds texts that it knows.
 */
export function heldOutTexts(
  model: OwnParts,
  { lines, sha256 }: { readonly lines: readonly string[]; readonly sha256: string },
): HeldOut {
  const records = recordsOf(model.config.training);
  const seen = ({ corpora = [] }: TrainingRecord) => corpora.filter((one) => one.sha256 === sha256);
  const settings = (records.find((record) => seen(record).length > 0) ?? records[0])?.config;
  const { parts, split } = prepareTexts(lines, plainTextSchema.parse(settings?.plainText ?? {}));
  const known = records.flatMap(seen);
  if (known.some((one) => one.split !== split))
    throw new InputError(
      'corpus',
      `the model "${model.config.name}" was trained on another split of this file, so no part of it is surely new to it: give another file, or a model trained by this version`,
    );
  if (parts.test.length === 0)
    throw new InputError(
      'corpus',
      `of ${lines.length} lines none is held out for the test: give a longer file`,
    );
  return { texts: parts.test, training: parts.training, split, trainedOn: known.length > 0 };
}

/** Which of the languages the name of a file says, as de.txt.gz says de; null where it says none or several. */
export function languageOf(name: string, languages: readonly string[]): string | null {
  const words = new Set(name.toLowerCase().split(/[^\p{L}]+/u));
  const said = languages.filter((language) => words.has(language.toLowerCase()));
  return said.length === 1 ? said[0] : null;
}
