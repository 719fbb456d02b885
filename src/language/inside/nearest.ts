/** Which words of the vocabulary a particle is nearest to, frame by frame: by its embedding, or by what is read at it. */
import { z } from 'zod';
import { referenceAlgebra } from '../../engines/reference.ts';
import { tensor } from '../../engines/tensor.ts';
import { InputError } from '../../numerics/errors.ts';
import { largestPlaces } from '../../numerics/largest.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { MAXIMUM_DEPTH } from '../choices.ts';
import { openText } from '../findings.ts';
import type { FlowModel } from '../flow-model.ts';
import { checkReads, type LanguageModel } from '../model.ts';
import { couplingSchema } from '../options.ts';

export const NEARNESS = ['embedding', 'readout'] as const;
export type Nearness = (typeof NEARNESS)[number];

export const nearestSchema = z.strictObject({
  by: z
    .enum(NEARNESS, { error: 'expected "embedding" or "readout"' })
    .optional()
    .describe(
      'embedding: the cosine with the rows of the embedding, of flows, their default; readout: the probability of each token as it is read at the particle',
    ),
  count: wholeNumber(1, 100).default(5).describe('How many words are listed'),
  layers: z
    .array(wholeNumber(0, 1e6), { error: 'expected a list of frames such as [0, 4]' })
    .min(1, 'expected one frame at least')
    .optional()
    .describe('Which frames, 0 the embedding; all by default'),
  depth: wholeNumber(1, MAXIMUM_DEPTH)
    .optional()
    .describe('Number of layers; the model’s own by default'),
  coupling: couplingSchema.optional(),
});

/** By what, how many, and how the text is read. */
export type NearestOptions = z.input<typeof nearestSchema>;

/** A word of the vocabulary, and how near it is. */
export interface NearWord {
  readonly token: string;
  /** The cosine with its embedding, or its probability. */
  readonly value: number;
}

/** The nearest words of every particle. */
export interface Nearest {
  readonly model: string;
  readonly text: string;
  readonly by: Nearness;
  readonly settings: z.output<typeof nearestSchema>;
  /** The particles. */
  readonly tokens: readonly string[];
  /** Frames, 0 the embedding. */
  readonly layers: readonly number[];
  /** [frames][particles], the nearest first. */
  readonly words: readonly (readonly (readonly NearWord[])[])[];
}

/**
 * The nearest words of every particle of a text, frame by frame. Throws InputError for frames that there are none of
 * (field `layers`), the embedding of a model whose states have no fixed length (`by`), a body without a head, and as
 * the text is laid out.
 */
export function nearestWords(
  model: LanguageModel,
  text: string,
  options?: NearestOptions,
): Nearest {
  const settings = parseOptions(nearestSchema, options);
  const { depth, coupling, count } = settings;
  const by = settings.by ?? (model.flow ? 'embedding' : 'readout');
  const valuesOf = by === 'embedding' ? cosinesOf(flowOf(model)) : probabilitiesOf(model);
  const { layout, run } = openText(model, text, { depth, coupling });
  const last = run.frames.length - 1;
  const layers = settings.layers ?? [...run.frames.keys()];
  for (const frame of layers)
    if (frame > last)
      throw new InputError(
        'layers',
        `option layers names frame ${frame}: expected whole numbers from 0 to ${last}`,
      );
  return {
    model: model.name,
    text,
    by,
    settings,
    tokens: layout.tokens.map((token) => token.text),
    layers,
    words: layers.map((frame) => {
      const { shape, data } = run.frames[frame].positions;
      const [n, d] = shape.slice(-2);
      return Array.from({ length: n }, (_, i) => {
        const values = valuesOf(data.slice(i * d, (i + 1) * d));
        return largestPlaces(values, count).map(
          (id): NearWord => ({ token: model.tokenizer.decode([id]), value: values[id] }),
        );
      });
    }),
  };
}

function flowOf({ flow, name }: LanguageModel): FlowModel {
  if (flow) return flow;
  throw new InputError(
    'by',
    `option by is "embedding", which is for particles on a sphere, and "${name}" is a network of layers: expected "readout"`,
  );
}

type ValuesOf = (state: Float64Array) => Float64Array;

/** Cosines with the rows of the embedding that are words: special tokens have no text, and are left out. */
function cosinesOf({ weights, tokenizer }: FlowModel): ValuesOf {
  const unit = referenceAlgebra.normalise(weights.embedding);
  const [size, d] = unit.shape;
  const words = Array.from({ length: size }, (_, id) => tokenizer.hasText(id));
  return (state) => {
    const x = referenceAlgebra.normalise(tensor([1, d], state)).data;
    return Float64Array.from({ length: size }, (_, id) => {
      if (!words[id]) return Number.NEGATIVE_INFINITY;
      let sum = 0;
      for (let c = 0; c < d; c++) sum += unit.data[id * d + c] * x[c];
      return sum;
    });
  };
}

function probabilitiesOf(model: LanguageModel): ValuesOf {
  checkReads(model);
  return (state) => model.tokenProbabilities(state);
}
