/** The catalogue of experiments: claims by their numbers, then systems. A new one is a file beside this one and a line here. */
import { entryNamed } from '../numerics/parameters.ts';
import { birthDeathExperiment } from './birth-death.ts';
import { oneClusterExperiment } from './c01-one-cluster.ts';
import { hemisphereExperiment } from './c02-hemisphere.ts';
import { equiangularExperiment } from './c03-equiangular.ts';
import { phaseDiagramExperiment } from './c04-phase-diagram.ts';
import { rootBetaExperiment } from './c05-root-beta.ts';
import { staircaseExperiment } from './c05-staircase.ts';
import { polytopeExperiment } from './c06-polytope.ts';
import { hyperplanesExperiment } from './c07-hyperplanes.ts';
import { subspaceExperiment } from './c08-subspace.ts';
import { repulsionExperiment } from './c09-repulsion.ts';
import { leadersExperiment } from './c10-leaders.ts';
import { causalExperiment } from './c11-causal.ts';
import { renyiExperiment } from './c12-renyi-centres.ts';
import { normalisationExperiment } from './c13-normalisation.ts';
import { randomEnsemblesExperiment } from './c14-random-ensembles.ts';
import { sinkformerExperiment } from './c15-sinkformer.ts';
import { fourierModeExperiment } from './c16-fourier-mode.ts';
import { noiseThresholdExperiment } from './c17-noise-threshold.ts';
import { depthExperiment } from './c18-depth.ts';
import { resnetExperiment } from './c18-resnet.ts';
import { dobrushinExperiment } from './c19-dobrushin.ts';
import { cosinesExperiment } from './c20-cosines.ts';
import { oneLayerExperiment } from './c21-one-layer.ts';
import { lostInTheMiddleExperiment } from './c22-lost-in-the-middle.ts';
import { negativeBetaExperiment } from './c23-negative-beta.ts';
import { firstOrderExperiment } from './c24-first-order.ts';
import { mergersExperiment } from './c25-mergers.ts';
import { modesExperiment } from './c26-modes.ts';
import { hardmaxResidualExperiment } from './c27-hardmax-residual.ts';
import { equilibriaExperiment } from './c28-equilibria.ts';
import { commonNoiseExperiment } from './c30-common-noise.ts';
import { lowTemperatureExperiment } from './c31-low-temperature.ts';
import { collapseExperiment } from './c32-collapse.ts';
import { perceptronExperiment } from './c33-perceptron.ts';
import type { Experiment } from './experiment.ts';
import { inverseExperiment } from './inverse-problems.ts';
import { perturbationExperiment } from './perturbations.ts';
import { reductionExperiment } from './reduced-models.ts';
import { svgdExperiment } from './svgd.ts';

/** The claims of the papers, each with what is predicted and how it is measured, in the order of their ids. */
export const experiments: readonly Experiment[] = [
  oneClusterExperiment,
  hemisphereExperiment,
  equiangularExperiment,
  phaseDiagramExperiment,
  rootBetaExperiment,
  staircaseExperiment,
  polytopeExperiment,
  hyperplanesExperiment,
  subspaceExperiment,
  repulsionExperiment,
  leadersExperiment,
  causalExperiment,
  renyiExperiment,
  normalisationExperiment,
  randomEnsemblesExperiment,
  sinkformerExperiment,
  fourierModeExperiment,
  noiseThresholdExperiment,
  depthExperiment,
  resnetExperiment,
  dobrushinExperiment,
  cosinesExperiment,
  oneLayerExperiment,
  lostInTheMiddleExperiment,
  negativeBetaExperiment,
  firstOrderExperiment,
  mergersExperiment,
  modesExperiment,
  hardmaxResidualExperiment,
  equilibriaExperiment,
  commonNoiseExperiment,
  lowTemperatureExperiment,
  collapseExperiment,
  perceptronExperiment,
  birthDeathExperiment,
  inverseExperiment,
  perturbationExperiment,
  reductionExperiment,
  svgdExperiment,
];

/** The experiment of that id. Throws InputError (field `experiment`) with the nearest one. */
export const experimentNamed = (id: string): Experiment =>
  entryNamed(
    'experiment',
    experiments.map((entry) => ({ ...entry, name: entry.id })),
    id,
  );
