/** A portrait of a model: its weights, and its flow on some sentences. */
import { InputError } from '../../numerics/errors.ts';
import { asFlow, type LanguageModel } from '../model.ts';
import type { TraceOptions } from '../options.ts';
import { type Trace, trace } from '../trace.ts';
import { nearest } from './figures.ts';
import { mergesAt, sentencePortrait, strongestGlances, uniformGlance } from './sentences.ts';
import { leadingShares, networkPortrait, weightPortrait } from './weights.ts';

/** At which angle (radians) mergers are told. */
const MERGE_TOLERANCE = 0.6;
/** Of somebody else's network. */
const OF_MAPS =
  'effective β, likeness, symmetry, attraction and spectra are of the maps alone: with the gain of the norm before them, without biases and the rotation of queries and keys';
/** Pairs of words told of every head. */
const GLANCES = 6;

/**
 * Runs every text at one depth and takes the means. Throws InputError where there is no text or the
 * texts ask for different couplings, and as `trace` does.
 */
export function portrait(
  model: LanguageModel,
  texts: readonly string[],
  options: TraceOptions = {},
) {
  if (texts.length === 0)
    throw new InputError('text', 'no text is given, expected one sentence or more: add some');
  const traces = texts.map((text) => trace(model, text, options));
  checkAlike(traces);
  const tolerances = traces[0].clusters[0].map(({ tolerance }) => tolerance);
  const tolerance = nearest(tolerances, MERGE_TOLERANCE);
  const { depth, scheme, coupling } = traces[0].prediction;
  const knots =
    model.network === null
      ? weightPortrait(asFlow(model, 'a portrait'))
      : networkPortrait(model.network);
  return {
    model: model.name,
    depth,
    scheme,
    coupling,
    knots,
    ...(model.network && {
      leading: leadingShares(knots),
      precision: model.network.precision,
      notes: [...(model.notes ?? []), OF_MAPS],
    }),
    layers: sentencePortrait(traces),
    uniform: uniformGlance(traces),
    glances: strongestGlances(traces, GLANCES),
    mergeTolerance: tolerance,
    sentences: traces.map((one) => ({
      text: one.prediction.text,
      tokens: one.tokens.map(({ text }) => text),
      answer: one.prediction.predictions[0]?.tokenStr ?? null,
      merges: mergesAt(one, tolerance).map(({ layer, words }) => ({ layer, words })),
    })),
  };
}

/**
 * What `portrait` finds: spectra of the weights by knot, means over the sentences by layer, and each
 * sentence's answer and mergers.
 */
export type Portrait = ReturnType<typeof portrait>;

/** The record of `portrait --json`. */
export const portraitToJson = ({ mergeTolerance, sentences, ...means }: Portrait) => ({
  ...means,
  merge_tolerance: mergeTolerance,
  sentences,
});

function checkAlike(traces: readonly Trace[]): void {
  const [first, ...others] = traces.map(({ prediction }) => prediction);
  const other = others.find(({ coupling }) => coupling !== first.coupling);
  if (other)
    throw new InputError(
      'text',
      `"${first.text}" is read with ${first.coupling} coupling and "${other.text}" with ${other.coupling}: give all of them a blank or none, or choose "causal"`,
    );
}
