/** The activations σ of residual layers, on numbers. Their forms on an engine's arrays are in engines/, certified against these. */
import { tanh } from './elementary.ts';

export const ACTIVATIONS = ['tanh', 'relu', 'gelu'] as const;
export type ActivationName = (typeof ACTIVATIONS)[number];

/** Of a GELU's tanh form. */
export const GELU = { scale: Math.sqrt(2 / Math.PI), cubic: 0.044715 } as const;

/** GELU is x Φ(x) in its tanh form (Hendrycks & Gimpel, arXiv 1606.08415). */
export const activations: Readonly<Record<ActivationName, (value: number) => number>> = {
  tanh,
  relu: (value) => Math.max(0, value),
  gelu: (value) =>
    0.5 * value * (1 + tanh(GELU.scale * (value + GELU.cubic * value * value * value))),
};
