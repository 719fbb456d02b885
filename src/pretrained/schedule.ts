/**
 * Which blocks a run takes, one after another, and in how many steps: by default every layer once, as the network
 * has it. Layers swapped, repeated or left out are a list of stages; a part that is refined or left out is a number
 * of steps. Data and its checks; what a step is, stands in block.ts.
 */
import { InputError } from '../numerics/errors.ts';
import type { Architecture } from './architecture.ts';

/** What a layer adds to its stream, one after the other or both of the same input. */
export const PARTS = ['attention', 'mlp'] as const;
export type Part = (typeof PARTS)[number];

/**
 * Into how many steps of 1/m a layer is cut: m of attention, x ← x + A(x)/m, then m of the MLP. A norm behind a sum
 * (post-norm) comes once, behind the last step; norms inside a branch belong to the part. Where both parts read the
 * same input (parallel), the MLP's steps begin at that input too. 0 leaves a part out, but for a norm behind it.
 */
export interface Steps {
  /** Default 1. */
  readonly attention?: number;
  /** Default 1. */
  readonly mlp?: number;
  /** Each step is of both, in the layer's own order; as many of the one as of the other. Not in post-norm blocks. */
  readonly together?: boolean;
}

export interface Stage extends Steps {
  /** Whose block, 1 … L: its weights, rotary angles, reach and scale. */
  readonly layer: number;
}

/** A part's steps within a round: so many, each of this size. */
export interface Pace {
  readonly count: number;
  readonly size: number;
}

/** Steps as a block takes them: rounds of steps of attention, then of the MLP. */
export interface Pacing extends Readonly<Record<Part, Pace>> {
  readonly rounds: number;
}

/** Throws InputError (field `schedule`) for numbers of steps that mean nothing for the network. */
export function pacingOf(
  { placement, family }: Architecture,
  { attention = 1, mlp = 1, together = false }: Steps,
): Pacing {
  for (const [part, count] of Object.entries({ attention, mlp }))
    if (!Number.isInteger(count) || count < 0)
      throw new InputError(
        'schedule',
        `${count} steps of ${part}: expected a whole number, 1 as the network has it or 0 without it`,
      );
  const paced = (rounds: number, count: number): Pace => ({ count, size: 1 / (rounds * count) });
  if (!together) return { rounds: 1, attention: paced(1, attention), mlp: paced(1, mlp) };
  if (attention !== mlp || attention === 0)
    throw new InputError(
      'schedule',
      `${attention} steps of attention together with ${mlp} of the MLP: expected as many of both, at least one`,
    );
  if (placement === 'post')
    throw new InputError(
      'schedule',
      `steps of both parts together need layers without a norm between them, and this ${family} has one behind attention: take the steps of one part, then of the other`,
    );
  return { rounds: attention, attention: paced(attention, 1), mlp: paced(attention, 1) };
}

/** Every layer once. */
export const everyLayer = ({ layers }: Architecture): Stage[] =>
  layers.map((_, k) => ({ layer: k + 1 }));

/** Throws InputError (field `schedule`) for a layer that is not there. */
export function checkLayer({ layers, family }: Architecture, layer: number): void {
  if (Number.isInteger(layer) && layer >= 1 && layer <= layers.length) return;
  throw new InputError(
    'schedule',
    `layer ${layer} is not there: this ${family} has layers 1 to ${layers.length}`,
  );
}

/** Stages as blocks take them, layers from 0. Throws InputError (field `schedule`) for a schedule that is none. */
export function pacedStages(
  architecture: Architecture,
  schedule: readonly Stage[],
): { readonly layer: number; readonly pace: Pacing }[] {
  if (schedule.length === 0)
    throw new InputError('schedule', 'the schedule has no stages: expected one layer at least');
  return schedule.map(({ layer, ...steps }) => {
    checkLayer(architecture, layer);
    return { layer: layer - 1, pace: pacingOf(architecture, steps) };
  });
}
