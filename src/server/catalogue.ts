/** What there is to choose from and to read, as data: for `/api/catalogue`. */
import { diagnostics } from '../diagnostics/catalogue.ts';
import { MAXIMUM_DEPTH } from '../language/options.ts';

const couplings = [
  {
    name: 'full',
    title: 'Full coupling',
    help: 'every particle sees every other: a blank anywhere in a text',
    citation: 'arXiv:2312.10794, eq. (2.2)',
  },
  {
    name: 'causal',
    title: 'Causal coupling',
    help: 'a particle sees itself and those before it: how a text goes on',
    citation: 'arXiv:2411.04990',
  },
];

const schemes = [
  {
    name: 'layer',
    title: 'Layers',
    help: `L Euler layers of step T / L with normalisation, 1 ≤ L ≤ ${MAXIMUM_DEPTH}: depth = L`,
  },
  {
    name: 'dopri5',
    title: 'Dormand–Prince 5(4)',
    help: 'the flow itself, step size adapted, never across a knot of the weights: depth = "ode"',
    citation: 'Dormand & Prince 1980',
  },
];

export const catalogue = {
  diagnostics: diagnostics.map(({ compute: _, ...description }) => description),
  couplings,
  schemes,
};
