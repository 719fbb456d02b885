/** The cloud of perturbed texts, as starts of the flow: what is changed, where, and by how much. Not what becomes of it. */
import type { Float64Tensor } from '../../engines/tensor.ts';
import { retract, tangent } from '../../geometry/sphere.ts';
import type { FlowModel } from '../../language/flow-model.ts';
import type { Layout } from '../../language/layout.ts';
import { embed } from '../../language/transformer.ts';
import { cos, sin } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Random, random } from '../../numerics/random.ts';
import { norm } from '../../numerics/vectors.ts';

export const KINDS = ['noise', 'token', 'swap', 'fastest'] as const;

export interface Start {
  readonly kind: (typeof KINDS)[number];
  /** What was done, in words. */
  readonly change: string;
  /** The token that was replaced; null where all or two were changed. */
  readonly place: number | null;
  readonly start: Float64Tensor;
}

export interface CloudSettings {
  readonly draws: number;
  readonly angles: readonly number[];
  readonly seed: number;
}

/** Tells the streams of perturbations apart from others of the same seed. */
const STREAM = 0x9e27;

/** The particles of the text as it is. */
export const ownStart = (model: FlowModel, { tokens, positions }: Layout): Float64Tensor =>
  embed(
    model,
    tokens.map(({ id }) => id),
    positions,
  );

/**
 * Every particle turned by a random small angle, one token replaced by another, two neighbours exchanged. Throws
 * InputError for a text without words, and for a model that has no other token like one of them.
 */
export function perturbedStarts(
  model: FlowModel,
  layout: Layout,
  settings: CloudSettings,
): Start[] {
  const { special } = model.tokenizer;
  const places = Array.from(layout.tokens.keys()).filter((i) => {
    const { id } = layout.tokens[i];
    return id !== special.start && id !== special.blank && id !== special.end;
  });
  if (places.length === 0)
    throw new InputError(
      'text',
      'the text has no word that could be changed: write one beside the blank',
    );
  return [
    ...noisy(ownStart(model, layout), settings),
    ...replaced(model, layout, places, settings),
    ...exchanged(model, layout, places),
  ];
}

function noisy(own: Float64Tensor, { angles, draws, seed }: CloudSettings): Start[] {
  const size = own.data.length;
  return angles.flatMap((angle, a) =>
    Array.from({ length: draws }, (_, draw): Start => {
      const { gaussian } = random(seed, STREAM, 1, a, draw);
      const ways = Float64Array.from({ length: size }, gaussian);
      const start = turned(own, ways, () => angle);
      return { kind: 'noise', change: `every token by ${angle} rad`, place: null, start };
    }),
  );
}

/** Every token in turn, `draws` times each. */
function replaced(
  model: FlowModel,
  layout: Layout,
  places: readonly number[],
  { draws, seed }: CloudSettings,
): Start[] {
  const words = wordsOf(model);
  const ids = layout.tokens.map(({ id }) => id);
  return places.flatMap((i) =>
    Array.from({ length: draws }, (_, draw): Start => {
      const word = anotherWord(model, words, ids[i], random(seed, STREAM, 2, i, draw));
      const change = `${named(layout, i)} → “${model.tokenizer.decode([word]).trim()}”`;
      const start = embed(model, ids.with(i, word), layout.positions);
      return { kind: 'token', change, place: i, start };
    }),
  );
}

/** Every two words beside each other. */
function exchanged(model: FlowModel, layout: Layout, places: readonly number[]): Start[] {
  const ids = layout.tokens.map(({ id }) => id);
  return places.slice(1).flatMap((i, at): Start[] => {
    const before = places[at];
    if (before !== i - 1 || ids[i] === ids[before]) return [];
    const change = `${named(layout, before)} ↔ ${named(layout, i)}`;
    const start = embed(model, ids.with(before, ids[i]).with(i, ids[before]), layout.positions);
    return [{ kind: 'swap', change, place: null, start }];
  });
}

/** Along a direction [n, d] of length 1, tokens on average (root mean square) by each angle. */
export function along(
  own: Float64Tensor,
  direction: Float64Array,
  angles: readonly number[],
): Start[] {
  const scale = Math.sqrt(own.shape[0]);
  return angles.map((angle): Start => {
    const start = turned(own, direction, (way) => angle * scale * norm(way));
    return { kind: 'fastest', change: `${angle} rad the fastest way`, place: null, start };
  });
}

/** Every particle moved along the great circle towards its part of `ways`, by an angle that may depend on it. */
function turned(
  { shape, data }: Float64Tensor,
  ways: Float64Array,
  angleOf: (way: Float64Array) => number,
): Float64Tensor {
  const d = shape[shape.length - 1];
  const out = data.slice();
  for (let at = 0; at < data.length; at += d) {
    const x = data.subarray(at, at + d);
    const way = tangent(x, ways.subarray(at, at + d));
    const angle = angleOf(way);
    if (angle === 0) continue;
    const unit = retract(way);
    for (let k = 0; k < d; k++) out[at + k] = cos(angle) * x[k] + sin(angle) * unit[k];
  }
  return { shape, data: out };
}

const named = ({ tokens }: Layout, i: number) => `“${tokens[i].text.trim()}”`;

/** Tokens of two letters or more: at the beginning of a word, and within one. */
interface Words {
  readonly opening: readonly number[];
  readonly inner: readonly number[];
}

function wordsOf({ tokenizer }: FlowModel): Words {
  const like = (form: RegExp) =>
    Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) =>
      form.test(tokenizer.decodeStrict([id]) ?? ''),
    );
  return { opening: like(/^ \p{L}{2,}$/u), inner: like(/^\p{L}{2,}$/u) };
}

/** Another token of the same form: with or without a leading blank. */
function anotherWord(
  { tokenizer, config }: FlowModel,
  { opening, inner }: Words,
  id: number,
  stream: Random,
): number {
  const like = tokenizer.decode([id]).startsWith(' ') ? opening : inner;
  const others = like.filter((other) => other !== id);
  if (others.length === 0)
    throw new InputError(
      'model',
      `model ${config.name} has no other token of letters like “${tokenizer.decode([id]).trim()}”: choose another model`,
    );
  return others[stream.integer(others.length)];
}
