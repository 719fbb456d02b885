/** How much of an evaluation is asked for: counts of texts, depths, the seed. */
import { z } from 'zod';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import type { Depth } from '../model.ts';
import { depthSchema } from '../options.ts';

export interface EvaluationSettings {
  readonly seed: number;
  /** Texts for the loss at the model's own depth, and for the baselines. */
  readonly texts: number;
  /** Texts for every other depth, and for the losses with something taken away. */
  readonly depthTexts: number;
  readonly depths: readonly Depth[];
  readonly nextWordTexts: number;
  /** Texts that a word is taken out of. */
  readonly blankTexts: number;
  /** The same at every other depth. */
  readonly depthBlankTexts: number;
  /** Texts of a world that the baselines are trained on; of a file it is the whole training part. */
  readonly baselineTexts: number;
}

export const EVALUATION_DEFAULTS: EvaluationSettings = {
  seed: 20261123,
  texts: 1000,
  depthTexts: 200,
  depths: [4, 6, 8, 16, 32, 64, 'ode'],
  nextWordTexts: 200,
  blankTexts: 500,
  depthBlankTexts: 100,
  baselineTexts: 100_000,
};

const settingsSchema = z.strictObject({
  texts: wholeNumber(1, 1_000_000).optional(),
  seed: z.int().optional(),
  depths: z.array(depthSchema).max(100).optional(),
});

/**
 * The default settings, or with as many texts and those depths as asked for; the slow parts take no
 * more texts than by default.
 */
export function evaluationSettings(options: unknown): EvaluationSettings {
  const defaults = EVALUATION_DEFAULTS;
  const given = parseOptions(settingsSchema, options);
  const { texts = defaults.texts, seed = defaults.seed, depths = defaults.depths } = given;
  const most = (count: number) => Math.min(count, texts);
  return {
    ...defaults,
    seed,
    texts,
    depths,
    depthTexts: most(defaults.depthTexts),
    nextWordTexts: most(defaults.nextWordTexts),
    blankTexts: most(defaults.blankTexts),
    depthBlankTexts: most(defaults.depthBlankTexts),
  };
}
