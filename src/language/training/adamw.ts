/** AdamW (arXiv 1711.05101) on flat Float32 vectors, with clipping of the gradient's length. */
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

/** Scales `gradient` in place so that its length is at most `limit`; returns the length before. */
export function clipGradient(gradient: Float32Array, limit: number): number {
  let square = 0;
  for (let i = 0; i < gradient.length; i++) square += gradient[i] * gradient[i];
  const length = Math.sqrt(square);
  const scale = clipScale(length, limit);
  if (scale < 1) for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  return length;
}

/** One step, in place, `step` counted from 1. */
export function adamStep(
  layout: readonly ParameterPart[],
  values: Float32Array,
  gradient: Float32Array,
  { mean, square }: AdamState,
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamSettings,
  step: number,
): void {
  const meanScale = 1 / (1 - beta1 ** step);
  const squareScale = 1 / (1 - beta2 ** step);
  for (const { offset, size, decays, pace } of layout) {
    const rate = learningRate * pace;
    const shrink = decays ? 1 - rate * weightDecay : 1;
    for (let i = offset; i < offset + size; i++) {
      const g = gradient[i];
      mean[i] += (1 - beta1) * (g - mean[i]);
      square[i] += (1 - beta2) * (g * g - square[i]);
      const direction = (mean[i] * meanScale) / (Math.sqrt(square[i] * squareScale) + epsilon);
      values[i] = values[i] * shrink - rate * direction;
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
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
