/** AdamW (arXiv 1711.05101) on flat Float32 vectors, with clipping of the gradient's length. */
import { cos, pow } from '../../numerics/elementary.ts';
import { squaredNorm } from '../../numerics/vectors.ts';
import type { ParameterPart } from './parts.ts';

export interface AdamState {
  /** Running mean and mean square of the gradient. */
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** What scales a gradient of that length so that it is at most `limit` long. */
export const clipScale = (length: number, limit: number): number => Math.min(1, limit / length);

/** Euclidean length of a gradient. */
export const gradientLength = (gradient: Float32Array): number => Math.sqrt(squaredNorm(gradient));

/** One step, in place, `step` counted from 1; `scale` is a factor on the gradient. */
export function adamStep(
  layout: readonly ParameterPart[],
  values: Float32Array,
  gradient: Float32Array,
  { mean, square }: AdamState,
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamSettings,
  { step, scale = 1 }: { readonly step: number; readonly scale?: number },
): void {
  // the two means start from 0: what they lack is one factor for all entries, kept out of the loop
  const root = Math.sqrt(1 - pow(beta2, step));
  const floor = epsilon * root;
  const [fresh, freshSquare] = [1 - beta1, 1 - beta2];
  for (const { offset, size, decays, pace } of layout) {
    const ownLearningRate = learningRate * pace;
    const shrink = decays ? 1 - ownLearningRate * weightDecay : 1;
    const pull = (ownLearningRate * root) / (1 - pow(beta1, step));
    for (let i = offset; i < offset + size; i++) {
      const g = scale * gradient[i];
      const m = mean[i] + fresh * (g - mean[i]);
      const s = square[i] + freshSquare * (g * g - square[i]);
      mean[i] = m;
      square[i] = s;
      values[i] = values[i] * shrink - (pull * m) / (Math.sqrt(s) + floor);
    }
  }
}

/** Linear warm-up, then a half cosine down to `floor` times the peak at the last step. */
export function learningRateAt(
  step: number,
  schedule: { peak: number; warmup: number; steps: number; floor: number },
): number {
  const { peak, warmup, steps, floor } = schedule;
  if (step < warmup) return (peak * (step + 1)) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return peak * (floor + (1 - floor) * 0.5 * (1 + cos(Math.PI * progress)));
}
