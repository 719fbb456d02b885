/** Every operation by group and name. A new one is a file beside these and a line here; each is loaded when it is asked for. */
import type { Operation } from './operation.ts';

type Load = () => Promise<{ readonly default: Operation }>;

const LOADS = {
  limit: {
    depth: () => import('./limit/depth.ts'),
    layer: () => import('./limit/layer.ts'),
    'mean-field': () => import('./limit/mean-field.ts'),
    particles: () => import('./limit/particles.ts'),
    perturbations: () => import('./limit/perturbations.ts'),
    resnet: () => import('./limit/resnet.ts'),
    stack: () => import('./limit/stack.ts'),
    steps: () => import('./limit/steps.ts'),
    tangent: () => import('./limit/tangent.ts'),
    temperature: () => import('./limit/temperature.ts'),
  },
  reduce: {
    snapshot: () => import('./reduce/snapshot.ts'),
    barycentre: () => import('./reduce/barycentre.ts'),
    distance: () => import('./reduce/distance.ts'),
    gaussians: () => import('./reduce/gaussians.ts'),
    forward: () => import('./reduce/forward.ts'),
    state: () => import('./reduce/state.ts'),
    recover: () => import('./reduce/recover.ts'),
    parameters: () => import('./reduce/parameters.ts'),
    fit: () => import('./reduce/fit.ts'),
    matrices: () => import('./reduce/matrices.ts'),
    attention: () => import('./reduce/attention.ts'),
  },
  effects: {
    effects: () => import('./effects.ts'),
  },
  inside: {
    layer: () => import('./inside/layer.ts'),
    nearest: () => import('./inside/nearest.ts'),
    contrast: () => import('./inside/contrast.ts'),
  },
  survey: {
    survey: () => import('./survey.ts'),
  },
  transport: {
    transport: () => import('./transport.ts'),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Load>>>>;

export type Group = keyof typeof LOADS;

/** Of the commands, and what each is about. */
export const GROUPS: Readonly<Record<Group, string>> = {
  limit: 'how far a model or a flow is from its limits',
  reduce: 'few snapshots for a whole family of measures, and what data tell of them',
  effects: 'which part of a model an answer hangs on',
  inside: 'what becomes of single particles within the layers',
  survey: 'what can be said of the states of real models',
  transport: 'how far two measures are apart, and which mass goes where',
};

const loadsOf = (group: Group): Readonly<Record<string, Load>> => LOADS[group];

/** In the order of the help. One that has the name of its group is that command itself. */
export const operationNames = (group: Group): string[] => Object.keys(loadsOf(group));

/** One of `operationNames`. */
export async function loadOperation(group: Group, name: string): Promise<Operation> {
  return (await loadsOf(group)[name]()).default;
}

/** `limit stack`, or with a slash between; an operation that has the name of its group stands for it. */
export const spelled = (group: Group, name: string, between = ' '): string =>
  group === name ? name : `${group}${between}${name}`;

/** The one whose path over HTTP is `api/GROUP/NAME`; null where there is none. */
export async function operationAt(path: string): Promise<Operation | null> {
  for (const group of Object.keys(GROUPS) as Group[])
    for (const name of operationNames(group))
      if (path === `api/${spelled(group, name, '/')}`) return loadOperation(group, name);
  return null;
}
