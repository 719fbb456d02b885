/**
 * A step of the optimiser, on any of the parts: workers do it together, each on parts of its own.
 * The mean of the workers' gradients, clipped, then Muon for what has heads, where it is chosen, and AdamW.
 */
import { adamStep } from './adamw.ts';
import type { TrainingConfig } from './config.ts';
import { muonStep } from './muon.ts';
import type { ParameterPart } from './parts.ts';

/** What a run changes from step to step, each [parameters]. */
export interface RunVectors {
  readonly parameters: Float32Array;
  /** Running mean and mean square of the gradient. */
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** What is the same for all parts. */
export interface OptimiserStep {
  /** From 1. */
  readonly step: number;
  readonly learningRate: number;
  /** A factor on the gradient. */
  readonly scale: number;
}

/** What an entry costs that Muon steps, beside one of AdamW: about, by a profile of a step. */
export const MUON_COST = 5;

/** The parts dealt to `workers`, the dearest first to whoever has least to do. */
export function dealtParts(
  layout: readonly ParameterPart[],
  workers: number,
  { muon }: Pick<TrainingConfig['optimiser'], 'muon'>,
): ParameterPart[][] {
  const cost = ({ size, heads }: ParameterPart) => (muon && heads ? MUON_COST * size : size);
  const hands = Array.from({ length: workers }, () => ({ cost: 0, parts: [] as ParameterPart[] }));
  for (const part of [...layout].sort((a, b) => cost(b) - cost(a))) {
    const hand = hands.reduce((least, other) => (other.cost < least.cost ? other : least));
    hand.parts.push(part);
    hand.cost += cost(part);
  }
  return hands.map(({ parts }) => parts);
}

/** The mean of the workers' gradients, into the first of them; returns the square of its length. */
export function averageGradients(
  parts: readonly ParameterPart[],
  gradients: readonly Float32Array[],
): number {
  const [mean, ...others] = gradients;
  const share = 1 / gradients.length;
  let square = 0;
  for (const { offset, size } of parts) {
    for (const other of others) for (let i = offset; i < offset + size; i++) mean[i] += other[i];
    for (let i = offset; i < offset + size; i++) {
      mean[i] *= share;
      square += mean[i] * mean[i];
    }
  }
  return square;
}

/** In place. */
export function optimise(
  parts: readonly ParameterPart[],
  { parameters, mean, square }: RunVectors,
  gradient: Float32Array,
  config: TrainingConfig['optimiser'],
  { step, learningRate, scale }: OptimiserStep,
): void {
  const settings = { ...config, learningRate };
  for (const part of parts)
    if (config.muon && part.heads)
      muonStep(part, part.heads, parameters, gradient, mean, {
        ...settings,
        ...config.muon,
        scale,
      });
    else adamStep([part], parameters, gradient, { mean, square }, settings, { step, scale });
}
