/**
 * What there is to choose from and to read, as plain data for every face: dynamics, starts, schemes,
 * couplings, engines, diagnostics and families, with their parameters. Not the entries themselves: they compute.
 */
import { type ModelCoupling, modelCouplings } from '../attention/model-coupling.ts';
import { diagnostics } from '../diagnostics/catalogue.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { dynamics } from '../dynamics/catalogue.ts';
import type { Dynamics, Parameter } from '../dynamics/dynamics.ts';
import { AUTO, simulationEngines } from '../engines/catalogue.ts';
import type { Engine } from '../engines/field.ts';
import { D, N, SEED, starts } from '../geometry/catalogue.ts';
import type { Start } from '../geometry/start.ts';
import {
  END,
  MAXIMUM_STEPS,
  SCHEME,
  type Scheme,
  STEP,
  schemes,
  TOLERANCE,
} from '../integrators/schemes.ts';
import { MAXIMUM_DEPTH } from '../language/choices.ts';
import { families } from '../reduction/families/catalogue.ts';
import type { Family } from '../reduction/families/family.ts';

/** What a value of a matrix parameter may look like, as text on the command line or as JSON. */
export interface MatrixForm {
  readonly form: string;
  readonly help: string;
}

const MATRIX_FORMS: readonly MatrixForm[] = [
  { form: '"identity"', help: 'The identity.' },
  { form: '2.5 or {"scalar": 2.5}', help: 'That multiple of the identity.' },
  { form: '"diagonal:1,-0.5" or {"diagonal": [1, -0.5]}', help: 'One number a coordinate.' },
  { form: '[[1, 0], [0, 1]] or {"rows": [[1, 0], [0, 1]]}', help: 'The rows of the matrix.' },
  {
    form: '"ginibre:SEED" or {"ensemble": "ginibre", "seed": 1, "scale": 1}',
    help: 'Entries N(0, 1/d), eigenvalues in the unit disk, times the scale. Seed "run": that of the run.',
  },
  {
    form: '"wigner:SEED" or {"ensemble": "wigner", "seed": 1, "scale": 1}',
    help: 'Symmetric (GOE), spectrum in [−2, 2], times the scale. Seed "run": that of the run.',
  },
];

const BLOCKS_FORM: MatrixForm = {
  form: '{"rows": […]} with heads · d rows',
  help: 'One d × d block a head, stacked.',
};

const NARROW_FORM: MatrixForm = {
  form: '{"rows": […]} with k < d rows',
  help: 'Of low rank: query and key k × d both, for scores ⟨Qx, Ky⟩ in R^k.',
};

/** A parameter as a face shows it; a matrix with the forms that it takes. */
export type ParameterRecord = Parameter & { readonly forms?: readonly MatrixForm[] };

function parameterRecord(parameter: Parameter): ParameterRecord {
  if (parameter.type !== 'matrix') return parameter;
  const { blocks, pairedWith } = parameter;
  const more = [...(blocks ? [BLOCKS_FORM] : []), ...(pairedWith ? [NARROW_FORM] : [])];
  return { ...parameter, forms: [...MATRIX_FORMS, ...more] };
}

function dynamicsRecord(entry: Dynamics) {
  const { name, title, help, citation, space, dimension, properties, parameters } = entry;
  return {
    name,
    title,
    help,
    citation,
    space,
    ...(dimension !== undefined && { dimension }),
    properties: {
      ...properties,
      /** Whether a noise can be set, every particle has a radius, and frames come with a second view. */
      noise: entry.noise !== undefined,
      radii: entry.normalisation !== undefined,
      view: entry.view !== undefined,
    },
    parameters: parameters.map(parameterRecord),
  };
}

function startRecord({ positions: _, ...entry }: Start) {
  return entry;
}

function schemeRecord({ open: _, ...entry }: Scheme) {
  return { ...entry, parameters: [entry.adaptive ? TOLERANCE : STEP] };
}

function diagnosticRecord({ compute: _, reads: __, ...entry }: Diagnostic) {
  return entry;
}

/** Parameters of a family are ranges: `reduce` takes their ends, or values within them. */
function familyRecord({ quantiles: _, help, parameters, ...entry }: Family) {
  const ranges = parameters.map(({ name, low, high }) => `${name} (${low} to ${high})`);
  return { ...entry, help: `${help} Parameters: ${ranges.join(', ')}.`, ranges: parameters };
}

function couplingRecord([name, { title, help, citation }]: [string, ModelCoupling]) {
  return { name, title, help, citation };
}

const DEPTH_SCHEMES = [
  {
    name: 'layer',
    title: 'Layers',
    help: `L Euler layers of step T / L with normalisation, 1 ≤ L ≤ ${MAXIMUM_DEPTH}: depth = L`,
  },
  {
    name: 'dopri5',
    title: 'Dormand–Prince 5(4)',
    help: 'The flow itself, step size adapted, never across a knot of the weights: depth = "ode"',
    citation: 'Dormand & Prince 1980',
  },
];

function engineRecord({ name, title, help, couplings, precisions }: Engine) {
  return { name, title, help, couplings, precisions };
}

/** All entries by kind. */
export function catalogue() {
  return {
    dynamics: dynamics.map(dynamicsRecord),
    starts: starts.map(startRecord),
    schemes: schemes.map(schemeRecord),
    engines: [AUTO, ...Object.values(simulationEngines()).map(engineRecord)],
    diagnostics: diagnostics.map(diagnosticRecord),
    couplings: Object.entries(modelCouplings).map(couplingRecord),
    /** Of measures on a line, for reduced models and inverse problems. */
    families: families.map(familyRecord),
    /** How a trained model's flow is cut: the `depth` of predict and trace. */
    depth_schemes: DEPTH_SCHEMES,
    /** Numbers of every simulation, whatever its dynamics. */
    simulation: [N, D, SEED, END, SCHEME, STEP, TOLERANCE, MAXIMUM_STEPS],
  };
}

export type Catalogue = ReturnType<typeof catalogue>;
