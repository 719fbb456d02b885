/** `limit depth`: L layers against the flow. */
import type { z } from 'zod';
import type { CouplingName } from '../../attention/model-coupling.ts';
import { askedSize } from '../../flow/simulation-settings.ts';
import { schemeNamed } from '../../integrators/schemes.ts';
import { particleCount } from '../../language/layout.ts';
import { asFlow } from '../../language/model.ts';
import { type DepthScheme, depthLimit, depthLimitSchema } from '../../limits/depth/depth.ts';
import { modelDepthLimit, modelDepthSchema } from '../../limits/depth/model-depth.ts';
import { refinementWork } from '../../limits/depth/network-depth.ts';
import { networkDepthReport } from '../../limits/depth/network-report.ts';
import { depthReport } from '../../limits/depth/report.ts';
import { LimitError } from '../../numerics/errors.ts';
import { parseOptions } from '../../numerics/options.ts';
import { sumOf } from '../../numerics/vectors.ts';
import type { Network } from '../../pretrained/network.ts';
import { operation } from '../operation.ts';
import type { AnyTextSubject, TextSubject } from '../subject.ts';

/** Of a server: steps of all schemes and depths together, times coordinates n · d. */
const MOST_WORK = 2e7;
/** Of a server: of weights and numbers of states; about half a minute. */
const MOST_PRODUCTS = 2e11;
/** Numbers of steps that a server takes in one request. */
const MOST_NUMBERS = 16;

export default operation({
  summary:
    'L layers against the flow itself, of a text and its model or of dynamics and a start: positions, logits, fitted orders, and from where on the answer stays; of layers with weights of their own, parts in m steps, all and each alone',
  library: ['modelDepthLimit', 'depthLimit'],
  flowAnswer: 'limit',
  subject: 'any text or flow',
  options: modelDepthSchema,
  flow: depthLimitSchema,
  served: modelDepthSchema.extend({
    steps: modelDepthSchema.shape.steps.unwrap().max(MOST_NUMBERS).optional(),
  }),
  admit: admitted,
  cut: true,
  counted: 'layers',
  async run(options, { onProgress: onCut, engines, signal, ends }, given) {
    const context = { onCut, engines, signal, ends };
    return given
      ? modelDepthLimit(given.model, given.text, options, context)
      : (await depthLimit(options, context)).limit;
  },
  report: (found) => ('matrix' in found ? networkDepthReport(found) : depthReport(found)),
  examples: [
    '"Mein Lieblingstier ist __"',
    '"My favourite animal is the __" --depths 4,8,16,32,64 --out runs/depth',
    '"The capital of France is" --model ./SmolLM2-135M --parts attention,mlp --steps 2,4,16',
    '"The capital of France is" --model ./SmolLM2-135M --layers 1,12 --alone 64',
    '"The capital of France is" --model ./SmolLM2-135M --steps 16 --jacobians --dopri5 1e-3',
    '--dynamics sa --beta 2 --start orthonormal --n 8 --d 8 --time 1',
  ],
  notes: `
A text is run by the model's own flow; with --dynamics the particles of --start, --init or --text flow
under that. Orders are fitted to the largest error of a position: over the deepest five of the depths whose
error is a hundred times that of the reference, less those where the slope has not settled yet; for rk4 where
no knot of the weights lies inside a step.
A model whose layers have weights of their own (--model FOLDER) has no flow that would be the truth: --parts of
its --layers take m steps of 1/m for each m of --steps, all of them, and each alone in --alone steps (the matrix,
depth-matrix.csv), against the network itself. --jacobians tells of each part the largest singular value and the
rightmost eigenvalue at the network's own frames, and which steps are too large; --dopri5 1e-3 takes the parts as flows.`,
});

type Asked = z.output<typeof modelDepthSchema>;

interface Cuts {
  readonly depths: readonly number[];
  readonly schemes: readonly DepthScheme[];
  readonly coupling?: CouplingName;
}

/** Throws LimitError for layers and particles that would take longer than a request may. */
function admitted(options: Asked, given: AnyTextSubject | null): void {
  if (given?.model.network) admitRefinement(options, given, given.model.network);
  else admitCuts(options, given && { model: asFlow(given.model, 'a limit'), text: given.text });
}

function admitCuts(options: Cuts, given: TextSubject | null): void {
  const { depths, schemes } = options;
  const [n, d] = given ? sizeOfText(given, options.coupling) : sizeOfFlow(options);
  const layers = sumOf(depths);
  const stages = schemes.reduce((sum, scheme) => sum + schemeNamed[scheme].stages, 0);
  const work = layers * stages * n * d;
  if (work > MOST_WORK)
    throw new LimitError(
      'depths',
      `${layers} layers in all by ${schemes.length} schemes with ${n} particles in d = ${d} take ${work.toExponential(1)} coordinates, expected at most ${MOST_WORK.toExponential(0)}: ask for fewer layers, schemes or particles, or use the command line`,
    );
}

function admitRefinement(options: Asked, { model, text }: AnyTextSubject, network: Network): void {
  const n = particleCount(model, text, options.coupling);
  const work = n * refinementWork(network, options);
  if (work > MOST_PRODUCTS)
    throw new LimitError(
      'steps',
      `these steps of ${n} tokens take ${work.toExponential(1)} products of numbers, expected at most ${MOST_PRODUCTS.toExponential(0)}: ask for fewer steps, parts or layers, for a shorter text, or use the command line`,
    );
}

const sizeOfText = ({ model, text }: TextSubject, coupling?: CouplingName) => [
  particleCount(model, text, coupling),
  model.config.dimension,
];

function sizeOfFlow(options: object) {
  const { n, d } = askedSize(parseOptions(depthLimitSchema, options));
  return [n, d];
}
