/** The bodies of the POST requests: the library's options, with the text and the model's name. */
import { z } from 'zod';
import { simulationSchema } from '../flow/simulation-settings.ts';
import { interventionSchema } from '../language/interventions.ts';
import { couplingSchema, fillSchema } from '../language/options.ts';
import { depthLimitSchema } from '../limits/depth/depth.ts';
import { modelDepthSchema } from '../limits/depth/model-depth.ts';
import { perturbationSchema } from '../limits/perturbations/perturbations.ts';
import { stackLimitSchema } from '../limits/stack/stack.ts';
import { wholeNumber } from '../numerics/options.ts';

const text = z.string({ error: 'expected a string such as "Mein Lieblingstier ist __"' });
const model = z
  .string({ error: 'expected the name of a model' })
  .optional()
  .describe('A name of /api/models; the default model when absent');

const question = {
  text: text.describe('A text with one blank (__, _ or [MASK]), or with none for its continuation'),
  model,
};

/** What the search may cost a server that others wait for. */
const effort = {
  top: wholeNumber(1, 200).default(10).describe('How many answers are listed'),
  maximumExpansions: wholeNumber(1, 5_000)
    .default(128)
    .describe('The search gives up after looking behind this many beginnings of answers'),
};

export const predictRequest = fillSchema.extend({ ...question, ...effort });
/** With heads switched off and β scaled where it says so; a patch would need another run, which a request cannot hold. */
export const traceRequest = interventionSchema
  .omit({ patch: true })
  .extend({ ...question, ...effort });

const ROWS = { error: 'expected rows of numbers such as [[1, 0, 0], [0, 1, 0]]' };

/** The library's options; what is an object there has a name or is JSON here. */
export const simulateRequest = simulationSchema.extend({
  dynamics: z
    .string({ error: 'expected the name of dynamics' })
    .default('sa')
    .describe('A name of /api/catalogue, or "model" for the flow of a trained model'),
  init: z
    .array(z.array(z.number(ROWS), ROWS), ROWS)
    .optional()
    .describe('Positions of one’s own, a row a particle, instead of a start'),
  threads: simulationSchema.shape.threads.describe(
    'Does not change the result; this server computes a run on one thread',
  ),
  text: text.optional().describe('A sentence whose tokens are the start, embedded by the model'),
  model,
  coupling: couplingSchema.optional().describe('Of the dynamics "model": who sees whom'),
});

const { init, dynamics } = simulateRequest.shape;

/** Layers against the flow of dynamics; a body that names none is a `modelDepthRequest`. */
export const flowDepthRequest = depthLimitSchema.extend({
  dynamics: dynamics.describe('A name of /api/catalogue; without it the model runs the text'),
  init,
});
/** At these most, about ten seconds. */
export const stackRequest = stackLimitSchema.extend({
  depths: z.array(wholeNumber(1, 1024)).min(1).max(12).default([16, 32, 64, 128, 256, 512]),
  n: wholeNumber(1, 16).default(8),
  d: wholeNumber(1, 8).default(4),
  seeds: wholeNumber(1, 40).default(20),
});
export const modelDepthRequest = modelDepthSchema.extend(question);
export const perturbationsRequest = perturbationSchema
  .omit({ fastest: true })
  .extend({ ...question, draws: wholeNumber(1, 10).default(3) });

export type DepthRequest = z.output<typeof flowDepthRequest> | z.output<typeof modelDepthRequest>;
export type PerturbationsRequest = z.output<typeof perturbationsRequest>;
export type StackRequest = z.output<typeof stackRequest>;
export type PredictRequest = z.output<typeof predictRequest>;
export type TraceRequest = z.output<typeof traceRequest>;
export type SimulateRequest = z.output<typeof simulateRequest>;
