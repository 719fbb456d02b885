/**
 * Parts of a network's layers as flows by Dormand–Prince: each moves the tokens for a unit of time instead of taking a
 * step of 1, from breakpoint to breakpoint, all that are chosen or one alone. Where a flow is given up, that is told.
 */
import type { Tensor } from '../../pretrained/arithmetic.ts';
import type { Moved, PartFlow } from '../../pretrained/block.ts';
import type { NetworkLayers } from '../../pretrained/network.ts';
import { flowAsFarAsItGoes } from '../reached.ts';
import { below, textsOf } from './texts.ts';

/** Of a flow: how far it came, in which layer and part, and at what cost. */
export interface FlowCourse {
  readonly ended: boolean;
  /** Where it was given up, why, and at which time within the part, 0 to 1; null at the end. */
  readonly givenUp: {
    readonly layer: number;
    readonly part: 'attention' | 'mlp' | 'together';
    readonly time: number;
    readonly reason: string;
  } | null;
  /** Of all its parts together. */
  readonly steps: number;
  readonly rejected: number;
}

export interface Flowed {
  readonly course: FlowCourse;
  /** Behind the last layer; null where it was given up. */
  readonly state: Tensor | null;
}

/** Steps of a part after which it is given up. */
export const MOST_FLOW_STEPS = 2000;

/** The parts of the chosen layers as flows, one layer after the other; `onLayer` is told of each. */
export async function flowedTogether(
  layers: NetworkLayers,
  states: readonly Tensor[],
  refined: readonly number[],
  moved: Moved,
  tolerance: number,
  onLayer: () => Promise<void>,
): Promise<Flowed> {
  const { flow, course } = courseOf(tolerance);
  let x = states[refined[0] - 1];
  for (let layer = refined[0]; layer < states.length; layer++) {
    await onLayer();
    const next = refined.includes(layer)
      ? layers.flowed(x, layer, moved, flow(layer))
      : layers.advanced(x, layer, [{}]);
    if (!next) return { course: course(), state: null };
    x = next;
  }
  return { course: course(), state: x };
}

/**
 * Each part of each chosen layer as a flow alone, from the network's own frame on, layer by layer in the order of the
 * parts; all that have flown go on through the next layer together.
 */
export async function flowedAlone(
  layers: NetworkLayers,
  states: readonly Tensor[],
  refined: readonly number[],
  parts: readonly Moved[],
  tolerance: number,
  onLayer: () => Promise<void>,
): Promise<Flowed[]> {
  const found: { course: FlowCourse; state: Tensor | null }[] = [];
  for (let layer = 1; layer < states.length; layer++) {
    const going = found.filter(({ state }) => state !== null);
    if (going.length > 0) {
      const together = below(going.map(({ state }) => state as Tensor));
      const plain = going.map(() => ({}));
      const next = textsOf(layers.advanced(together, layer, plain), going.length);
      for (const [k, one] of going.entries()) one.state = next[k];
    }
    if (refined.includes(layer))
      for (const moved of parts) {
        const { flow, course } = courseOf(tolerance);
        const state = layers.flowed(states[layer - 1], layer, moved, flow(layer));
        found.push({ course: course(), state });
      }
    await onLayer();
  }
  return found;
}

function courseOf(tolerance: number) {
  let [steps, rejected] = [0, 0];
  let givenUp: FlowCourse['givenUp'] = null;
  const flow =
    (layer: number): PartFlow =>
    (part, velocity, { shape, data }) => {
      const as = (x: Float64Array): Tensor => ({
        shape,
        data: data instanceof Float32Array ? Float32Array.from(x) : x,
      });
      const reached = flowAsFarAsItGoes(
        {
          size: data.length,
          velocity: (_, x, out) => out.set(velocity(as(x)).data),
        },
        Float64Array.from(data),
        { scheme: 'dopri5', tolerance, maximumSteps: MOST_FLOW_STEPS, end: 1, times: [] },
      );
      steps += reached.steps;
      rejected += reached.rejected;
      const { ended, time, reason, state } = reached;
      if (ended) return as(state);
      givenUp = { layer, part, time, reason: reason as string };
      return null;
    };
  const course = (): FlowCourse => ({ ended: givenUp === null, givenUp, steps, rejected });
  return { flow, course };
}
