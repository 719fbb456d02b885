/**
 * The stacks: how each draws its layers, and how far L of them are from what they tend to, for one seed. Not the
 * seeds together, nor the orders: stack.ts.
 */
import { attentionVelocity, layerStep } from '../../attention/step.ts';
import { referenceAlgebra } from '../../engines/reference.ts';
import { tensor } from '../../engines/tensor.ts';
import { integrate } from '../../integrators/integrate.ts';
import type { FlowProblem } from '../../integrators/problem.ts';
import { type ActivationName, activations } from '../../numerics/activations.ts';
import { cos, hypot, sin } from '../../numerics/elementary.ts';
import { identity, type Matrix, matrix, product } from '../../numerics/matrix.ts';
import type { Random } from '../../numerics/random.ts';

export const STACKS = [
  'attention_sde',
  'tanh_sde',
  'relu_centred_sde',
  'gelu_centred_sde',
  'relu_sde',
  'tanh_ode',
  'relu_ode',
  'smooth',
  'jump',
  'jump_rk4',
] as const;
export type StackName = (typeof STACKS)[number];

/** Layers of a stack that are drawn together: weights for each of 2L layers, [d, d]. */
type Weights = readonly Matrix[];

export interface Stack {
  readonly title: string;
  readonly limit: 'sde' | 'ode' | null;
  readonly predicted: number | null;
  readonly against: string;
  /** Root mean square distance of L layers to what they are held against, for one seed. */
  error(depth: number, draw: Draw): number;
}

export interface Draw {
  readonly n: number;
  readonly d: number;
  /** A stream of its own for weights and for the start, the same whenever it is asked for. */
  readonly stream: (kind: number) => Random;
}

const STREAM = { weights: 1, start: 2, ends: 3 } as const;

function centredSde(activation: ActivationName): Stack {
  return {
    title: `V_k ${activation} x, independent V_k, 1/√L`,
    limit: 'sde',
    predicted: 0.5,
    against: 'twice as many layers',
    error: (depth, draw) => doubled(depth, draw, centredStack(activation)),
  };
}

/**
 * x_{k+1} = x_k + s_L g(W_k, x_k) with s_L = 1/√L or 1/L. Independent centred layers at 1/√L tend to an
 * SDE, held against the doubled stack whose weights average to theirs, W^{(L)}_k = (W^{(2L)}_{2k} +
 * W^{(2L)}_{2k+1})/√2 (Euler–Maruyama, strong order ½; Kloeden & Platen 1992, §10.2); at 1/L to the ODE of
 * their mean, at L^{−½}. Weights smooth in depth give L^{−1}, and so does a jump inside a step, whatever
 * the scheme.
 */
export const stacks: Readonly<Record<StackName, Stack>> = {
  attention_sde: {
    title: 'attention with independent V_k, 1/√L, on the sphere',
    limit: 'sde',
    predicted: 0.5,
    against: 'twice as many layers',
    error: (depth, draw) => doubled(depth, draw, attentionStack),
  },
  tanh_sde: centredSde('tanh'),
  relu_centred_sde: centredSde('relu'),
  gelu_centred_sde: centredSde('gelu'),
  relu_sde: {
    title: 'relu(W_k x), independent W_k, 1/√L: the mean is not zero',
    limit: null,
    predicted: null,
    against: 'twice as many layers',
    error: (depth, draw) => doubled(depth, draw, reluStack),
  },
  tanh_ode: {
    title: 'V_k tanh x, independent V_k, 1/L',
    limit: 'ode',
    predicted: 0.5,
    against: 'the mean field, which is 0: the start',
    error: (depth, draw) => {
      const start = startOf(draw);
      return rms(centredStack('tanh')(start, gaussian(depth, draw), 1 / depth), start);
    },
  },
  relu_ode: {
    title: 'relu(W_k x), independent W_k, 1/L',
    limit: 'ode',
    predicted: 0.5,
    against: 'ẋ = |x|/√(2πd) · (1, …, 1)',
    error: (depth, draw) => {
      const start = startOf(draw);
      return rms(reluStack(start, gaussian(depth, draw), 1 / depth), meanReluFlow(start));
    },
  },
  smooth: {
    title: 'V(t) tanh x, V smooth in t, 1/L',
    limit: 'ode',
    predicted: 1,
    against: 'the ODE',
    error: (depth, draw) => turning(depth, draw, smoothWeights),
  },
  jump: {
    title: 'V(t) tanh x with a jump at t = 1/3, 1/L',
    limit: 'ode',
    predicted: 1,
    against: 'the ODE, solved up to the jump and on',
    error: (depth, draw) => turning(depth, draw, jumpingWeights),
  },
  jump_rk4: {
    title: 'the same by rk4, which has order 4 where V is smooth',
    limit: 'ode',
    predicted: 1,
    against: 'the ODE, solved up to the jump and on',
    error: (depth, draw) => {
      const start = startOf(draw);
      const flow = turningFlow(draw, jumpingWeights);
      const ends = solved({ ...flow, breakpoints: [] }, start, { scheme: 'rk4', step: 1 / depth });
      return rms(ends, solved(flow, start, { scheme: 'dopri5', tolerance: 1e-12 }));
    },
  },
};

/** Unit vectors, [n, d]. */
function startOf({ n, d, stream }: Draw): Matrix {
  const { gaussian: normal } = stream(STREAM.start);
  const { data } = referenceAlgebra.normalise(
    tensor([n, d], Float64Array.from({ length: n * d }, normal)),
  );
  return matrix(n, d, data);
}

/** W_k with entries N(0, 1/d), one a layer. */
function gaussian(layers: number, { d, stream }: Draw): Weights {
  const { gaussian: normal } = stream(STREAM.weights);
  const entry = () => normal() / Math.sqrt(d);
  return Array.from({ length: layers }, () =>
    matrix(d, d, Float64Array.from({ length: d * d }, entry)),
  );
}

/** (W_{2k} + W_{2k+1})/√2 */
function halved(weights: Weights): Weights {
  return Array.from({ length: weights.length / 2 }, (_, k) => {
    const [a, b] = [weights[2 * k], weights[2 * k + 1]];
    return matrix(
      a.rows,
      a.columns,
      a.data.map((value, at) => (value + b.data[at]) / Math.SQRT2),
    );
  });
}

type RunStack = (start: Matrix, weights: Weights, scale: number) => Matrix;

/** The distance of L layers to 2L of which they are the average. */
function doubled(depth: number, draw: Draw, run: RunStack): number {
  const start = startOf(draw);
  const fine = gaussian(2 * depth, draw);
  return rms(
    run(start, halved(fine), 1 / Math.sqrt(depth)),
    run(start, fine, 1 / Math.sqrt(2 * depth)),
  );
}

/** V_k σ(x): the update has the mean 0 whatever σ is, and is linear in V_k. */
const centredStack =
  (activation: ActivationName): RunStack =>
  (start, weights, scale) =>
    residual(start, weights, scale, (x, w) => product(mapped(x, activations[activation]), w));

const reluStack: RunStack = (start, weights, scale) =>
  residual(start, weights, scale, (x, w) => mapped(product(x, w), activations.relu));

function residual(
  start: Matrix,
  weights: Weights,
  scale: number,
  update: (x: Matrix, w: Matrix) => Matrix,
): Matrix {
  return weights.reduce((x, w) => {
    const added = update(x, w);
    return matrix(
      x.rows,
      x.columns,
      x.data.map((value, at) => value + scale * added.data[at]),
    );
  }, start);
}

const mapped = ({ rows, columns, data }: Matrix, f: (value: number) => number) =>
  matrix(rows, columns, data.map(f));

/** The layer with Q = K = O = I and β = 1, linear in V_k: what halved weights average is the update. */
const attentionStack: RunStack = (start, weights, scale) => {
  const d = start.columns;
  const one = tensor([d, d], identity(d).data);
  const others = { query: one, key: one, output: one };
  const end = weights.reduce(
    (x, { data }) => {
      const settings = {
        weights: { ...others, value: tensor([d, d], data) },
        beta: [1],
        mask: null,
      };
      const { velocity } = attentionVelocity(referenceAlgebra, x, settings);
      return layerStep(referenceAlgebra, x, velocity, scale);
    },
    tensor([start.rows, d], start.data),
  );
  return matrix(start.rows, d, end.data);
};

/** E relu(⟨w, x⟩) = |x|/√(2πd) for w ~ N(0, 1/d). */
function meanReluFlow(start: Matrix): Matrix {
  const { rows, columns: d } = start;
  const problem: FlowProblem = {
    size: rows * d,
    velocity(_, state, out) {
      for (let i = 0; i < rows; i++) {
        const length = hypot(state.subarray(i * d, (i + 1) * d));
        out.fill(length / Math.sqrt(2 * Math.PI * d), i * d, (i + 1) * d);
      }
    },
  };
  return solved(problem, start, { scheme: 'dopri5', tolerance: 1e-12 });
}

/** V(t) from two random matrices. */
type Turn = (t: number, a: Matrix, b: Matrix) => Matrix;

const smoothWeights: Turn = (t, a, b) => {
  const [along, across] = [cos(Math.PI * t), sin(Math.PI * t)];
  return matrix(
    a.rows,
    a.columns,
    a.data.map((value, at) => along * value + across * b.data[at]),
  );
};

const JUMP = 1 / 3;
const jumpingWeights: Turn = (t, a, b) => (t < JUMP ? a : b);

function turning(depth: number, draw: Draw, turn: Turn): number {
  const start = startOf(draw);
  const [a, b] = endsOf(draw);
  const weights = Array.from({ length: depth }, (_, k) => turn((k + 0.5) / depth, a, b));
  const flow = turningFlow(draw, turn);
  return rms(
    centredStack('tanh')(start, weights, 1 / depth),
    solved(flow, start, { scheme: 'dopri5', tolerance: 1e-12 }),
  );
}

const endsOf = (draw: Draw) => gaussian(2, { ...draw, stream: () => draw.stream(STREAM.ends) });

/** ẋ = tanh(x) V(t) on [0, 1]. */
function turningFlow(draw: Draw, turn: Turn): FlowProblem {
  const { n, d } = draw;
  const [a, b] = endsOf(draw);
  return {
    size: n * d,
    breakpoints: turn === jumpingWeights ? [JUMP] : [],
    velocity: (t, state, out) =>
      out.set(product(mapped(matrix(n, d, state), activations.tanh), turn(t, a, b)).data),
  };
}

function solved(
  problem: FlowProblem,
  start: Matrix,
  how: { readonly scheme: string; readonly step?: number; readonly tolerance?: number },
): Matrix {
  const frames = [...integrate(problem, start.data.slice(), { ...how, end: 1, times: [1] })];
  return matrix(start.rows, start.columns, frames[frames.length - 1].state);
}

/** Root mean square distance of the particles. */
function rms(a: Matrix, b: Matrix): number {
  const squares = a.data.reduce((sum, value, at) => sum + (value - b.data[at]) ** 2, 0);
  return Math.sqrt(squares / a.rows);
}
