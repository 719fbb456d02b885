/** The catalogue of dynamics. A new one is a file beside this one and a line here. */
import { entryNamed } from '../numerics/parameters.ts';
import type { Dynamics } from './dynamics.ts';
import { hardmax } from './hardmax.ts';
import { kuramoto } from './kuramoto.ts';
import { linear } from './linear.ts';
import { multiHead } from './multi-head.ts';
import { noProjection } from './no-projection.ts';
import { noisy } from './noisy.ts';
import { normalised } from './normalised.ts';
import { repulsion } from './repulsion.ts';
import { causalSelfAttention, selfAttention } from './self-attention.ts';
import { causalUnnormalisedAttention, unnormalisedAttention } from './unnormalised.ts';

export const dynamics: readonly Dynamics[] = [
  selfAttention,
  unnormalisedAttention,
  hardmax,
  causalSelfAttention,
  causalUnnormalisedAttention,
  linear,
  multiHead,
  noProjection,
  normalised,
  noisy,
  kuramoto,
  repulsion,
];

/** The entry of that name. Throws InputError (field `dynamics`) with the nearest name. */
export const dynamicsNamed = (name: string): Dynamics => entryNamed('dynamics', dynamics, name);
