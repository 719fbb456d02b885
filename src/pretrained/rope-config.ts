/**
 * What a config says of rotary positions, in its older form (`rope_theta`, `rope_scaling`) and its newer one
 * (`rope_parameters`), flat or for each kind of layer. Not the frequencies: rotary.ts.
 *
 * Where both forms stand, `rope_scaling` changes what it names and `rope_parameters` keeps the rest. The reference
 * library (transformers 5) drops `rope_parameters` whole there, and its base with it: a note says where that matters.
 */
import { z } from 'zod';
import { log } from '../numerics/elementary.ts';
import { show } from '../numerics/parameters.ts';
import {
  aboveZero,
  type ConfigSource,
  flag,
  type LayerKind,
  readFields,
  refuse,
  whole,
} from './config.ts';
import type { Rotary, Scaling } from './rotary.ts';

const TYPES = ['default', 'linear', 'dynamic', 'llama3', 'yarn', 'longrope'] as const;

type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An entry that is an object; undefined where it is absent, null or empty. */
function objectAt(values: Values, name: string): Values | undefined {
  const value = values[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw refuse(`${name} is ${show(value)}: expected an object or null`);
  return Object.keys(value).length === 0 ? undefined : value;
}

/** It has an entry for each kind of layers. */
const isNested = (parameters: Values = {}) =>
  Object.keys(parameters).some((name) => name.endsWith('_attention'));

/** The entry with `type`, the older name, as `rope_type`. */
function withType(values: Values): Values {
  const { type, ...rest } = values;
  return type === undefined ? rest : { rope_type: type, ...rest };
}

const defined = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  );

/** What a family has beside the entries. */
export interface RopeDefaults {
  /** The base at the top of the config, and where there is none. */
  readonly base: { readonly name: string; readonly absent: number };
  /** The share of a head that turns: its older names in the order in which they count, and where there is none. */
  readonly share?: { readonly names: readonly string[]; readonly absent: number };
  readonly headSize: number;
  /** `max_position_embeddings` */
  readonly positions: number;
}

/** The rotary positions of all layers of a config with one kind of them. */
export function readRope(source: ConfigSource, defaults: RopeDefaults): Rotary {
  const { values, notes } = source;
  const parameters = objectAt(values, 'rope_parameters');
  const scaling = objectAt(values, 'rope_scaling');
  if (isNested(parameters))
    throw refuse(
      `rope_parameters is ${show(parameters)}: expected one for all layers, which this architecture does not tell apart`,
    );
  if (parameters && scaling)
    notes.push(
      `config.json has rope_scaling and rope_parameters: what rope_scaling names counts, of ${show(parameters)} the rest`,
    );
  return rotaryOf(source, merged(source, defaults, parameters, scaling), defaults);
}

/** Of a config with one kind for full layers and one for those with a window (Gemma 3, ModernBERT). */
export function readRopeOfKind(
  source: ConfigSource,
  kind: LayerKind,
  defaults: RopeDefaults,
  scaled: boolean,
): Rotary {
  const { values, notes } = source;
  const parameters = objectAt(values, 'rope_parameters') ?? {};
  const nested = isNested(parameters);
  if (!nested && Object.keys(parameters).length > 0 && kind === 'full_attention')
    notes.push(
      'config.json has rope_parameters without full_attention and sliding_attention: it has no effect, as in the reference library',
    );
  const scaling = scaled ? objectAt(values, 'rope_scaling') : undefined;
  const own = nested ? objectAt(parameters, kind) : undefined;
  return rotaryOf(source, merged(source, defaults, own, scaling), defaults);
}

/** All that is said, by the newer names. */
function merged(
  { values, notes }: ConfigSource,
  { base }: RopeDefaults,
  parameters: Values = {},
  scaling: Values = {},
): Values {
  const [inner, outer] = [defined(withType(parameters)), defined(withType(scaling))];
  const top = values[base.name] ?? undefined;
  const all = { ...defined({ rope_theta: top }), ...inner, ...outer };
  if (top !== undefined && top !== all.rope_theta)
    notes.push(
      `config.json says ${base.name} ${show(top)} and inside ${outer.rope_theta === undefined ? 'rope_parameters' : 'rope_scaling'} rope_theta ${show(all.rope_theta)}: the inner one counts`,
    );
  else if (inner.rope_theta !== undefined && all.rope_theta !== inner.rope_theta)
    notes.push(
      `config.json says rope_theta ${show(inner.rope_theta)} in rope_parameters and ${show(all.rope_theta)} in rope_scaling: the latter counts`,
    );
  return all;
}

const A_SHARE = { error: 'expected a share above 0, at most 1' };
const SHARE = z.number(A_SHARE).positive(A_SHARE).max(1, A_SHARE);

function rotaryOf(source: ConfigSource, values: Values, defaults: RopeDefaults): Rotary {
  const fields = z.object({
    rope_theta: aboveZero.default(defaults.base.absent),
    rope_type: z.string({ error: 'expected a name' }).default('default'),
    partial_rotary_factor: SHARE.default(shareAbsent(source, defaults)),
  });
  const read = readFields(fields, { values, notes: source.notes });
  const share = read.partial_rotary_factor;
  if (!defaults.share && share !== 1)
    throw refuse(
      `partial_rotary_factor is ${share}: expected none, heads of this architecture turn as a whole`,
    );
  const { headSize } = defaults;
  const dimensions = Math.floor(headSize * share);
  if (dimensions === headSize && headSize % 2 !== 0)
    throw refuse(`heads have ${headSize} numbers, which turn in pairs: expected an even number`);
  return {
    base: read.rope_theta,
    dimensions,
    scaling: scalingOf(source, read.rope_type, values, defaults),
  };
}

function shareAbsent(source: ConfigSource, { share }: RopeDefaults): number {
  const { values, notes } = source;
  const names = share?.names ?? ['partial_rotary_factor'];
  const given = names.filter((name) => values[name] !== undefined && values[name] !== null);
  if (given.some((name) => values[name] !== values[given[0]]))
    notes.push(
      `config.json says ${given.map((name) => `${name} ${show(values[name])}`).join(' and ')}: ${given[0]} counts`,
    );
  if (given.length === 0) return share?.absent ?? 1;
  return readFields(z.object({ [given[0]]: SHARE }), source)[given[0]];
}

function scalingOf(
  source: ConfigSource,
  type: string,
  values: Values,
  { positions, headSize }: RopeDefaults,
): Scaling {
  const fields = <S extends z.ZodObject>(schema: S) =>
    readFields(schema, { values: { ...values, ...original }, notes: source.notes });
  const own = originalOf(source, values);
  const original = own === undefined ? {} : { original_max_position_embeddings: own };
  switch (type) {
    case 'default':
      return { type };
    case 'linear':
      return { type, factor: fields(z.object({ factor: aboveZero })).factor };
    case 'dynamic':
      if (headSize <= 2) throw refuse(`rope type dynamic needs heads wider than ${headSize}`);
      return { type, factor: fields(z.object({ factor: aboveZero })).factor, positions };
    case 'llama3': {
      const read = fields(
        z.object({
          factor: aboveZero,
          low_freq_factor: aboveZero,
          high_freq_factor: aboveZero,
          original_max_position_embeddings: whole.default(positions),
        }),
      );
      return {
        type,
        factor: read.factor,
        low: read.low_freq_factor,
        high: read.high_freq_factor,
        original: read.original_max_position_embeddings,
      };
    }
    case 'yarn':
      return yarn(fields(YARN), positions);
    case 'longrope':
      return longrope(fields(LONGROPE), positions, headSize);
    default:
      throw refuse(
        `rope type ${show(type)} is not known: expected one of ${TYPES.join(', ')}${type === 'su' ? '; what was called su is longrope today' : ''}`,
      );
  }
}

/** The length of training: a field of its own at the top counts before the one inside. */
function originalOf({ values: top, notes }: ConfigSource, values: Values): unknown {
  const name = 'original_max_position_embeddings';
  const [outer, inner] = [top[name] ?? undefined, values[name]];
  if (outer !== undefined && inner !== undefined && outer !== inner)
    notes.push(
      `config.json says ${name} ${show(outer)} at the top and ${show(inner)} inside: the one at the top counts`,
    );
  return outer ?? inner;
}

const YARN = z.object({
  factor: aboveZero.optional(),
  original_max_position_embeddings: whole.optional(),
  attention_factor: aboveZero.optional(),
  beta_fast: aboveZero.default(32),
  beta_slow: aboveZero.default(1),
  mscale: z.number({ error: 'expected a number' }).optional(),
  mscale_all_dim: z.number({ error: 'expected a number' }).optional(),
  truncate: flag(true),
});

function yarn(read: z.output<typeof YARN>, positions: number): Scaling {
  const original = read.original_max_position_embeddings ?? positions;
  const factor = read.factor ?? positions / original;
  const scale = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1);
  const { mscale, mscale_all_dim: all } = read;
  const magnitude =
    read.attention_factor ?? (mscale && all ? scale(mscale) / scale(all) : scale(1));
  const { beta_fast: fast, beta_slow: slow, truncate } = read;
  return { type: 'yarn', factor, original, fast, slow, truncate, magnitude };
}

const LONGROPE = z.object({
  factor: aboveZero.optional(),
  original_max_position_embeddings: whole.optional(),
  attention_factor: aboveZero.optional(),
  short_factor: z.array(aboveZero),
  long_factor: z.array(aboveZero),
});

function longrope(read: z.output<typeof LONGROPE>, positions: number, headSize: number): Scaling {
  const { short_factor: short, long_factor: long } = read;
  const original = read.original_max_position_embeddings ?? positions;
  for (const [name, list] of Object.entries({ short_factor: short, long_factor: long }))
    if (list.length !== Math.ceil(headSize / 2))
      throw refuse(
        `${name} has ${list.length} entries: expected ${Math.ceil(headSize / 2)}, half the size of a head`,
      );
  const factor = read.factor ?? positions / original;
  const magnitude =
    read.attention_factor ?? (factor <= 1 ? 1 : Math.sqrt(1 + log(factor) / log(original)));
  return { type: 'longrope', original, short, long, magnitude };
}

/** The longest text of a config with these rotary positions; scaled ones are made to be longer than any bound. */
export const rotaryRows = (positions: number, rotaries: readonly Rotary[]): number | null =>
  rotaries.every(({ scaling }) => scaling.type === 'default') ? positions : null;
