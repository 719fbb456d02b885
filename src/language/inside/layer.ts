/**
 * One particle through one layer of a flow, with all numbers between: query and keys, scores, weights, values, what
 * each head adds, the step, the normalisation. The frames are those of the run itself.
 */
import { z } from 'zod';
import { keysAndValues, scores } from '../../attention/scores.ts';
import { layerStep } from '../../attention/step.ts';
import { referenceAlgebra } from '../../engines/reference.ts';
import { type Float64Tensor, tensor } from '../../engines/tensor.ts';
import { asin } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { distance, dot } from '../../numerics/vectors.ts';
import { MAXIMUM_DEPTH } from '../choices.ts';
import type { FlowModel } from '../flow-model.ts';
import { couplingSchema } from '../options.ts';
import { theta } from '../transformer.ts';

export const insideLayerSchema = z.strictObject({
  layer: wholeNumber(1, 1e6).optional().describe('Which layer, from 1; the last by default'),
  token: wholeNumber(0, 1e6)
    .optional()
    .describe('Which particle, from 0; the one where the answer is read by default'),
  depth: wholeNumber(1, MAXIMUM_DEPTH)
    .optional()
    .describe('Number of layers; the model’s own by default'),
  coupling: couplingSchema.optional(),
});

/** Which layer and particle, and how the text is read. */
export type InsideLayerOptions = z.input<typeof insideLayerSchema>;

/** A head's part of the velocity of the particle i, and what it is made of. */
export interface HeadInside {
  /** β_h */
  readonly beta: number;
  /** Q_h x_i [k] */
  readonly query: readonly number[];
  /** K_h x_j [n][k] */
  readonly keys: readonly (readonly number[])[];
  /** β_h⟨Q_h x_i, K_h x_j⟩ [n]; null where the particle may not attend. */
  readonly scores: readonly (number | null)[];
  /** A_ij [n] */
  readonly weights: readonly number[];
  /** V_h x_j [n][k] */
  readonly values: readonly (readonly number[])[];
  /** Σ_j A_ij V_h x_j [k] */
  readonly mixed: readonly number[];
  /** O_h Σ_j A_ij V_h x_j [d] */
  readonly added: readonly number[];
}

/** One particle through one layer. */
export interface InsideLayer {
  readonly model: string;
  readonly text: string;
  readonly settings: z.output<typeof insideLayerSchema>;
  /** The particles. */
  readonly tokens: readonly string[];
  readonly layer: number;
  readonly token: number;
  /** t ∈ [0, 1] at which the layer reads its weights. */
  readonly time: number;
  /** h */
  readonly step: number;
  /** x_i before the layer [d]. */
  readonly before: readonly number[];
  readonly heads: readonly HeadInside[];
  /** v_i [d], the sum of what the heads add. */
  readonly velocity: readonly number[];
  /** x_i + h v_i [d] */
  readonly moved: readonly number[];
  /** The same, normalised: x_i behind the layer [d]. */
  readonly after: readonly number[];
  /** ⟨v_i, x_i⟩: what of the velocity the normalisation takes back. */
  readonly radial: number;
  /** |v_i − ⟨v_i, x_i⟩x_i|: what turns the particle. */
  readonly tangential: number;
  /** Between before and after, rad. */
  readonly angle: number;
}

/**
 * One particle through one layer. Throws InputError for a layer that the depth has not (field `layer`), a particle
 * that the text has not (`token`), and as the text is laid out.
 */
export function insideLayer(
  model: FlowModel,
  text: string,
  options?: InsideLayerOptions,
): InsideLayer {
  const settings = parseOptions(insideLayerSchema, options);
  const layout = model.layOut(text, settings.coupling);
  const { tokens } = layout;
  const depth = settings.depth ?? model.config.depth;
  const layer = within('layer', settings.layer ?? depth, 1, depth, `the ${depth} layers`);
  const last = tokens.length - 1;
  const token = within('token', settings.token ?? layout.readAt, 0, last, 'the particles');
  const { frames } = model.run(layout, { depth });
  const [from, to] = [frames[layer - 1], frames[layer]];
  const time = (layer - 0.5) / depth;
  const { beta, horizon } = model.config;
  const step = horizon / depth;
  const weights = theta(model, time);
  const all = from.positions;
  const own = row(all, token);
  const x = tensor([1, own.length], Float64Array.from(own));
  const { keys, values } = keysAndValues(referenceAlgebra, weights, all);
  const query = referenceAlgebra.project(x, weights.query);
  const met = scores(referenceAlgebra, weights, x, { keys, values }, beta.length);
  const coupling = to.coupling as Float64Tensor;
  const n = tokens.length;
  const size = keys.shape[keys.shape.length - 1] / beta.length;
  const heads = beta.map((factor, h): HeadInside => {
    const slice = (of: Float64Tensor, i: number) => row(of, i).slice(h * size, (h + 1) * size);
    const attended = (of: Float64Tensor) => tokens.map((_, j) => slice(of, j));
    const place = (h * n + token) * n;
    const given = Array.from(coupling.data.subarray(place, place + n));
    const [ownKeys, ownValues] = [attended(keys), attended(values)];
    const mixed = ownValues[0].map((_, c) =>
      given.reduce((sum, weight, j) => sum + weight * ownValues[j][c], 0),
    );
    const padded = tensor([1, size * beta.length]);
    padded.data.set(mixed, h * size); // the other heads add nothing
    const sees = layout.coupling !== 'causal';
    return {
      beta: factor,
      query: slice(query, 0),
      keys: ownKeys,
      scores: given.map((_, j) => (sees || j <= token ? factor * met.data[h * n + j] : null)),
      weights: given,
      values: ownValues,
      mixed,
      added: Array.from(referenceAlgebra.project(padded, weights.output).data),
    };
  });
  const velocity = own.map((_, c) => heads.reduce((sum, { added }) => sum + added[c], 0));
  const moved = own.map((value, c) => value + step * velocity[c]);
  const v = tensor([1, own.length], Float64Array.from(velocity));
  const after = Array.from(layerStep(referenceAlgebra, x, v, step).data);
  const radial = dot(velocity, own);
  return {
    model: model.name,
    text,
    settings,
    tokens: tokens.map((one) => one.text),
    layer,
    token,
    time,
    step,
    before: own,
    heads,
    velocity,
    moved,
    after,
    radial,
    tangential: Math.sqrt(Math.max(0, dot(velocity, velocity) - radial * radial)),
    angle: 2 * asin(Math.min(1, distance(own, after) / 2)),
  };
}

const row = ({ shape, data }: Float64Tensor, i: number): number[] => {
  const d = shape[shape.length - 1];
  return Array.from(data.subarray(i * d, (i + 1) * d));
};

function within(option: string, value: number, from: number, to: number, what: string): number {
  if (value >= from && value <= to) return value;
  throw new InputError(
    option,
    `option ${option} is ${value}: expected a whole number from ${from} to ${to}, one of ${what}`,
  );
}
