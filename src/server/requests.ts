/** The bodies of the POST requests that are no operations: the library's options, with the text and the model's name. */
import { z } from 'zod';
import { simulationSchema } from '../flow/simulation-settings.ts';
import { interventionSchema } from '../language/interventions.ts';
import { couplingSchema, fillSchema } from '../language/options.ts';
import { wholeNumber } from '../numerics/options.ts';
import { flowFields, subjectFields } from '../operations/subject.ts';

/** What the search may cost a server that others wait for. */
const effort = {
  top: wholeNumber(1, 200).default(10).describe('How many answers are listed'),
  maximumExpansions: wholeNumber(1, 5_000)
    .default(128)
    .describe('The search gives up after looking behind this many beginnings of answers'),
};

export const predictRequest = fillSchema.extend({ ...subjectFields.text, ...effort });
/** With heads switched off and β scaled where it says so; a patch would need another run, which a request cannot hold. */
export const traceRequest = interventionSchema
  .omit({ patch: true })
  .extend({ ...subjectFields.text, ...effort });

/** The library's options; what is an object there has a name or is JSON here. */
export const simulateRequest = simulationSchema.extend({
  ...flowFields,
  dynamics: flowFields.dynamics.describe(
    'A name of /api/catalogue, or "model" for the flow of a trained model',
  ),
  diagnostics: z
    .array(z.string(), { error: 'expected names of diagnostics' })
    .optional()
    .describe('Which ones, by name of /api/catalogue; all by default'),
  threads: simulationSchema.shape.threads.describe(
    'Does not change the result; this server computes a run on one thread',
  ),
  text: subjectFields.text.text
    .optional()
    .describe('A sentence whose tokens are the start, embedded by the model'),
  model: subjectFields.text.model,
  coupling: couplingSchema.optional().describe('Of the dynamics "model": who sees whom'),
});

export type PredictRequest = z.output<typeof predictRequest>;
export type TraceRequest = z.output<typeof traceRequest>;
export type SimulateRequest = z.output<typeof simulateRequest>;
