/** What `train --config` reads: every choice of a training run, validated before any work is done. */
import { z } from 'zod';
import { InputError } from '../../numerics/errors.ts';
import { plainTextSchema } from './plain-text.ts';

const count = z.int().positive();
const share = z.number().min(0).max(1);
/** Decay of a running mean: how much of the past it keeps. */
const decay = z.number().min(0).lt(1);

export const trainingConfigSchema = z.strictObject({
  name: z.string().min(1),
  seed: z.int(),
  /** Worker threads; the result depends on their number (and on nothing else of the machine). */
  workers: count.max(64),
  steps: count,
  /** Texts a worker takes per step, for the causal and for the blank objective each. */
  texts: count,
  /** Whether steps hold about equally many tokens, `texts` texts on average, instead of as many texts each. */
  evenTokens: z.boolean().optional(),
  model: z.strictObject({
    dimension: count.min(2),
    heads: count,
    knots: count.min(2),
    horizon: z.number().positive(),
    slots: count.min(2),
    maximumPositions: count,
    /** The default number of layers of the finished model. */
    depth: count,
    /** Trained with the Sinkhorn coupling wherever particles see each other, so not in causal texts. */
    coupling: z.literal('sinkhorn').optional(),
    /** Reads out with the embedding, through a matrix [d, d], instead of an output matrix. */
    tied: z.literal(true).optional(),
    /** Of the finished model's stored parameters; float32 when absent. */
    precision: z.enum(['float32', 'float16']).optional(),
    /** A standard transformer with MLPs instead of the flow; `knots`, `horizon`, `depth` and `depths` are not used. */
    standard: z.strictObject({ layers: count, hidden: count }).optional(),
  }),
  /**
   * Numbers of layers, one drawn a step, uniformly: from the first entry whose share of the steps is
   * not over yet. Few layers are cheap at first; many at the end keep the flow close to its limit.
   */
  depths: z.array(z.strictObject({ until: share, layers: z.array(count).min(1) })).min(1),
  optimiser: z.strictObject({
    learningRate: z.number().positive(),
    warmup: count,
    /** Share of the peak learning rate that is left at the end. */
    floor: share,
    beta1: decay,
    beta2: decay,
    epsilon: z.number().positive(),
    weightDecay: z.number().min(0),
    clip: z.number().positive(),
    /** The matrices of attention by Muon (muon.ts) instead of AdamW. */
    muon: z.strictObject({ momentum: decay }).optional(),
  }),
  blanks: z.strictObject({
    /** Weight of the blank objective beside the causal one (1). */
    weight: z.number().min(0),
    most: count,
    cutAtBlank: share,
    cutAnywhere: share,
    /** Whether a determiner may be a blank of its own, where the text goes on behind it. */
    determiners: z.boolean().optional(),
  }),
  /** Share of the coordinates that are left out, of embedded tokens and of what is read out; 0 if absent. */
  dropout: share.lt(1).optional(),
  /**
   * The causal objective's softmax, until that share of the steps, is over a step's targets and so
   * many other tokens, drawn anew each step (candidates.ts); with `blanks` that of the blank objective is
   * too. Absent: over the vocabulary throughout.
   */
  output: z
    .strictObject({ negatives: count, until: share, blanks: z.boolean().optional() })
    .optional(),
  /** Texts drawn from each world to find the tokens that are kept; files are read whole. */
  vocabularyTexts: count,
  /**
   * How many o200k tokens are kept, the commonest; every one that occurs when absent. The 256 bytes and
   * the tokens that others are merged from come on top, so that every text can still be written.
   */
  vocabularySize: count.optional(),
  /** How files of plain text are split, cleaned and read (plain-text.ts). */
  plainText: plainTextSchema.optional(),
  checkpointMinutes: z.number().positive(),
});

export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

/** Throws InputError naming the first field at fault. */
export function parseTrainingConfig(json: string): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(parseJson(json));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(
      'config',
      `training config: ${issue.path.join('.') || 'the file'}: ${issue.message}; correct it there`,
    );
  }
  checkModel(parsed.data.model);
  return parsed.data;
}

/** What no single entry can say. */
function checkModel(model: TrainingConfig['model']): void {
  const { dimension, heads, slots, maximumPositions } = model;
  if (model.standard && model.coupling)
    throw new InputError(
      'config',
      `training config: model.coupling is "${model.coupling}", and a standard transformer (model.standard) has none but softmax: leave one of both out`,
    );
  if (dimension % heads !== 0)
    throw new InputError(
      'config',
      `training config: model.heads is ${heads}, which does not divide model.dimension ${dimension}; choose a divisor`,
    );
  if (maximumPositions <= slots)
    throw new InputError(
      'config',
      `training config: model.maximumPositions is ${maximumPositions}, expected more than the ${slots} slots of a blank; raise it`,
    );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new InputError(
      'config',
      `training config: not JSON (${(error as Error).message}); correct it there`,
    );
  }
}
