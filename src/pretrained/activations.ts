/** The activations that configs name, on numbers. */
import { z } from 'zod';
import { activations as plain } from '../numerics/activations.ts';
import { exp, log1p, tanh } from '../numerics/elementary.ts';
import { erf } from '../numerics/erf.ts';

type Activation = (value: number) => number;

const sigmoid: Activation = (x) => 1 / (1 + exp(-x));
const silu: Activation = (x) => x * sigmoid(x);
/** x Φ(x) (Hendrycks & Gimpel, arXiv 1606.08415). */
const gelu: Activation = (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2));
const relu: Activation = plain.relu;
/** log(1 + e^x) without overflow. */
const softplus: Activation = (x) => Math.max(x, 0) + log1p(exp(-Math.abs(x)));

/** By the names of the reference library (transformers, `activations.ACT2FN`); those with parameters of their own are not among them. */
const NAMED = {
  gelu,
  gelu_python: gelu,
  gelu_10: (x) => Math.min(10, Math.max(-10, gelu(x))),
  gelu_new: plain.gelu,
  gelu_pytorch_tanh: plain.gelu,
  gelu_python_tanh: plain.gelu,
  gelu_accurate: plain.gelu,
  // √(2/π) as the library has it, cut off
  gelu_fast: (x) => 0.5 * x * (1 + tanh(x * 0.7978845608 * (1 + 0.044715 * x * x))),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
  silu,
  swish: silu,
  relu,
  relu2: (x) => relu(x) * relu(x),
  relu6: (x) => Math.min(6, relu(x)),
  leaky_relu: (x) => (x < 0 ? 0.01 * x : x),
  hardswish: (x) => (x * Math.min(6, relu(x + 3))) / 6,
  mish: (x) => x * tanh(softplus(x)),
  sigmoid,
  tanh,
  linear: (x) => x,
} as const satisfies Record<string, Activation>;

export type ActivationName = keyof typeof NAMED;

export const ACTIVATION_NAMES = Object.keys(NAMED) as ActivationName[];

export const activationSchema = z.enum(ACTIVATION_NAMES);

export const activationOf = (name: ActivationName): Activation => NAMED[name];
