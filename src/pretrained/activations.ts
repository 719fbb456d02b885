/** The activations that configs name, on numbers. */
import { z } from 'zod';
import { GELU, activations as plain } from '../numerics/activations.ts';
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

/** The derivative of x s(cx), s the sigmoid. */
const swishSlope = (x: number, c = 1): number => {
  const share = sigmoid(c * x);
  return share + c * x * share * (1 - share);
};
const within = (x: number, low: number, high: number): number => (x > low && x < high ? 1 : 0);
const geluSlope: Activation = (x) =>
  0.5 * (1 + erf(x * Math.SQRT1_2)) + (x * exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
const tanhGeluSlope = (x: number, scale: number): number => {
  const inner = tanh(scale * (x + GELU.cubic * x * x * x));
  return 0.5 * (1 + inner) + 0.5 * x * (1 - inner * inner) * scale * (1 + 3 * GELU.cubic * x * x);
};
const newGeluSlope: Activation = (x) => tanhGeluSlope(x, GELU.scale);

/** Their derivatives; at a kink that of one side. */
const SLOPES: Readonly<Record<ActivationName, Activation>> = {
  gelu: geluSlope,
  gelu_python: geluSlope,
  gelu_10: (x) => geluSlope(x) * within(gelu(x), -10, 10),
  gelu_new: newGeluSlope,
  gelu_pytorch_tanh: newGeluSlope,
  gelu_python_tanh: newGeluSlope,
  gelu_accurate: newGeluSlope,
  gelu_fast: (x) => tanhGeluSlope(x, 0.7978845608),
  quick_gelu: (x) => swishSlope(x, 1.702),
  silu: (x) => swishSlope(x),
  swish: (x) => swishSlope(x),
  relu: (x) => (x > 0 ? 1 : 0),
  relu2: (x) => 2 * relu(x),
  relu6: (x) => within(x, 0, 6),
  leaky_relu: (x) => (x < 0 ? 0.01 : 1),
  hardswish: (x) => (x >= 3 ? 1 : (within(x, -3, 3) * (2 * x + 3)) / 6),
  mish: (x) => {
    const inner = tanh(softplus(x));
    return inner + x * (1 - inner * inner) * sigmoid(x);
  },
  sigmoid: (x) => sigmoid(x) * (1 - sigmoid(x)),
  tanh: (x) => 1 - tanh(x) * tanh(x),
  linear: () => 1,
};

export const slopeOf = (name: ActivationName): Activation => SLOPES[name];
