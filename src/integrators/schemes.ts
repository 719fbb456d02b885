/** The catalogue of schemes, and the parameters of an integration as data. Not the steps themselves. */
import type { ChoiceParameter, NumberParameter } from '../numerics/parameters.ts';
import type { StepControl } from './controller.ts';
import { DORMAND_PRINCE } from './dormand-prince.ts';
import { DORMAND_PRINCE_8 } from './dormand-prince-8.ts';
import { HEUN } from './heun.ts';
import { layer, projectedEuler } from './one-stage.ts';
import type { FlowProblem } from './problem.ts';
import { RK4 } from './rk4.ts';
import { rungeKutta } from './runge-kutta.ts';
import type { Stepper } from './stepper.ts';

export interface Scheme {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** Of the error at a fixed time, in the step size. */
  readonly order: number;
  /** Velocities a step. */
  readonly stages: number;
  /** Chooses its steps by a tolerance; the others have a fixed step. */
  readonly adaptive: boolean;
  /** How it does. */
  readonly control: StepControl | null;
  /** A step is a thing of its own and is never cut. */
  readonly whole: boolean;
  /** `start` becomes the stepper's own. */
  open(problem: FlowProblem, start: Float64Array): Stepper;
}

const FIXED = { adaptive: false, control: null, whole: false };

const described = {
  layer: {
    ...FIXED,
    title: 'Layer',
    help: 'x ← normalise(x + h v): a layer of a transformer. Order 1.',
    order: 1,
    stages: 1,
    whole: true,
    open: layer,
  },
  euler: {
    ...FIXED,
    title: 'Projected Euler',
    help: 'x ← normalise(x + h P_x v). Order 1.',
    order: 1,
    stages: 1,
    open: projectedEuler,
  },
  rk4: {
    ...FIXED,
    title: 'Runge–Kutta 4',
    help: 'The classical scheme with retracted stages. Order 4.',
    order: 4,
    stages: 4,
    open: (problem, start) => rungeKutta(problem, start, RK4),
  },
  dopri5: {
    title: 'Dormand–Prince 5(4)',
    help: 'Chooses its steps by a tolerance; order 5, dense output of order 4.',
    order: 5,
    stages: 6,
    adaptive: true,
    control: { ratio: 0.17, previous: 0.04, rejected: 0.2 },
    whole: false,
    open: (problem, start) => rungeKutta(problem, start, DORMAND_PRINCE),
  },
  dop853: {
    title: 'Dormand–Prince 8(5,3)',
    help: 'Chooses its steps by a tolerance; order 8, dense output of order 7. For tolerances below 1e-9.',
    order: 8,
    stages: 12,
    adaptive: true,
    control: { ratio: 1 / 8, previous: 0, rejected: 1 / 8 },
    whole: false,
    open: (problem, start) => rungeKutta(problem, start, DORMAND_PRINCE_8),
  },
  heun: {
    ...FIXED,
    title: 'Heun',
    help: 'Two stages; with noise of weak order 2, the default there. Order 2.',
    order: 2,
    stages: 2,
    open: (problem, start) => rungeKutta(problem, start, HEUN),
  },
} satisfies Record<string, Omit<Scheme, 'name'>>;

export type SchemeName = keyof typeof described;

/** The time steppers by name, each with its order and stages, which tests measure. */
export const schemeNamed = Object.fromEntries(
  Object.entries(described).map(([name, scheme]) => [name, { name, ...scheme }]),
) as Readonly<Record<SchemeName, Scheme>>;

/** The time steppers as a list. */
export const schemes: readonly Scheme[] = Object.values(schemeNamed);

/** Where there is noise, unless another is asked for. */
export const NOISE_SCHEME: SchemeName = 'heun';

/** That of runs of some dynamics that name none. */
export const usualScheme = ({ scheme }: { readonly scheme?: string }, noisy: boolean): string =>
  noisy ? NOISE_SCHEME : (scheme ?? SCHEME.default);

/** Noise goes beside steps of one size that may be cut. */
export const takesNoise = ({ adaptive, whole }: Scheme): boolean => !adaptive && !whole;

/** With noise: what laws are computed to, in the step size. */
export const weakOrder = ({ order }: Scheme): number => Math.min(2, order);

export const SCHEME: ChoiceParameter = {
  type: 'choice',
  name: 'scheme',
  title: 'Scheme',
  help: 'How the flow is cut into steps.',
  unit: '',
  default: 'layer' satisfies SchemeName,
  choices: schemes.map(({ name }) => name),
};

export const STEP: NumberParameter = {
  type: 'number',
  name: 'step',
  title: 'Step',
  help: 'The step h of a scheme with a fixed step; the first one tried by an adaptive scheme.',
  unit: 'time',
  default: 0.1,
  minimum: 1e-12,
  maximum: 1e12,
  integer: false,
};

export const TOLERANCE: NumberParameter = {
  type: 'number',
  name: 'tolerance',
  title: 'Tolerance',
  help: 'Adaptive schemes: bound on the error estimate of a step, per entry, in units of max(1, |entry|).',
  unit: '',
  default: 1e-8,
  minimum: 1e-15,
  maximum: 1,
  integer: false,
};

export const MAXIMUM_STEPS: NumberParameter = {
  type: 'number',
  name: 'maximumSteps',
  title: 'Most steps',
  help: 'Steps, accepted and rejected, after which a run is given up.',
  unit: '',
  default: 10_000_000,
  minimum: 1,
  maximum: 1e9,
  integer: true,
};

export const END: NumberParameter = {
  type: 'number',
  name: 'time',
  title: 'Time',
  help: 'The end T of the run; the start is 0.',
  unit: 'time',
  default: 10,
  minimum: 1e-12,
  maximum: 1e12,
  integer: false,
};
