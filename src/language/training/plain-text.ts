/**
 * Plain text as a corpus: lines → split → cleaned texts. A pure function of the lines and the
 * settings, so that whoever measures a model finds the texts that it was not trained on.
 */
import { z } from 'zod';
import { plain } from '../text.ts';
import { nameReplacer, phraseFinder } from './clean.ts';
import { COARSE_WORDS } from './coarse-words.ts';
import { PARTS, type Part, splitFingerprint, splitTexts } from './split.ts';

const share = z.number().min(0).lt(1);
/** Words and phrases, read as the texts are. */
const words = z.string().min(1).transform(plain);

/** Articles of German and English, lower-cased. */
const ARTICLES = [
  ...['der', 'die', 'das', 'den', 'dem', 'des'],
  ...['ein', 'eine', 'einen', 'einem', 'einer', 'eines', 'the', 'a', 'an'],
];

export const plainTextSchema = z.strictObject({
  /** What the model says that it speaks. */
  languages: z.array(z.string().min(1)).default([]),
  /** Words that make one answer with the word behind them. */
  determiners: z.array(words).default(ARTICLES),
  /** Phrases (a star is any letters): texts with one of them are left out. */
  leaveOut: z.array(words).default([]),
  /** The same for the list in coarse-words.ts. */
  leaveOutCoarse: z.boolean().default(false),
  /** Names that are too frequent, with those that take their place. */
  replace: z.record(words, z.array(words).min(1)).default({}),
  /** Shares of the texts that training never sees. */
  split: z
    .strictObject({ seed: z.int(), validation: share, test: share })
    .refine(({ validation, test }) => validation + test < 1, 'leaves nothing for training')
    .default({ seed: 1, validation: 0.02, test: 0.03 }),
});

export type PlainTextSettings = z.infer<typeof plainTextSchema>;

export interface PlainTexts {
  /** Cleaned texts by part, in the order of the file. */
  readonly parts: Readonly<Record<Part, readonly string[]>>;
  /** Texts that the cleaning left out, of all parts. */
  readonly leftOut: number;
  /** Fingerprint of the split. */
  readonly split: string;
}

/** The split is made before the cleaning: the seed and the lines alone decide on it. */
export function prepareTexts(lines: readonly string[], settings: PlainTextSettings): PlainTexts {
  const { leaveOut, leaveOutCoarse, replace, split } = settings;
  const unwanted = phraseFinder([...leaveOut, ...(leaveOutCoarse ? COARSE_WORDS : [])]);
  const renamed = nameReplacer(replace, split.seed);
  const places = splitTexts(lines, split);
  const parts = { training: [] as string[], validation: [] as string[], test: [] as string[] };
  let leftOut = 0;
  lines.forEach((line, i) => {
    if (unwanted(line)) leftOut++;
    else parts[PARTS[places[i]]].push(renamed(line));
  });
  return { parts, leftOut, split: splitFingerprint(places) };
}
