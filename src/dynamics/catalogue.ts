/** The catalogue of dynamics. A new one is a file beside this one and a line here. */
import { entryNamed } from '../numerics/parameters.ts';
import { birthDeath } from './birth-death.ts';
import type { Dynamics } from './dynamics.ts';
import { hardmax } from './hardmax.ts';
import { klDescent } from './kl-descent.ts';
import { kuramoto } from './kuramoto.ts';
import { linear } from './linear.ts';
import { multiHead } from './multi-head.ts';
import { noProjection } from './no-projection.ts';
import { noisy } from './noisy.ts';
import { normalised } from './normalised.ts';
import { repulsion } from './repulsion.ts';
import { residual, sinkhornResidual } from './residual.ts';
import { resnet } from './resnet.ts';
import { causalSelfAttention, selfAttention } from './self-attention.ts';
import { sinkhornAttention } from './sinkhorn.ts';
import { svgd } from './svgd.ts';
import { svgdSphere } from './svgd-sphere.ts';
import { causalUnnormalisedAttention, unnormalisedAttention } from './unnormalised.ts';

/**
 * The dynamics that go by a name, each with its equation (`help`), source (`citation`), parameters and
 * promises.
 */
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
  sinkhornAttention,
  residual,
  sinkhornResidual,
  birthDeath,
  klDescent,
  svgd,
  svgdSphere,
  resnet,
];

/** The entry of that name. Throws InputError (field `dynamics`) with the nearest name. */
export const dynamicsNamed = (name: string): Dynamics => entryNamed('dynamics', dynamics, name);
