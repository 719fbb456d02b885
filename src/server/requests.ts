/** The bodies of the POST requests: the library's options, with the text and the model's name. */
import { z } from 'zod';
import { fillSchema, traceSchema } from '../language/options.ts';
import { wholeNumber } from '../numerics/options.ts';

const question = {
  text: z
    .string({ error: 'expected a string such as "Mein Lieblingstier ist __"' })
    .describe('A text with one blank (__, _ or [MASK]), or with none for its continuation'),
  model: z
    .string({ error: 'expected the name of a model' })
    .optional()
    .describe('A name of /api/models; the default model when absent'),
};

/** What the search may cost a server that others wait for. */
const effort = {
  top: wholeNumber(1, 200).default(10).describe('How many answers are listed'),
  maximumExpansions: wholeNumber(1, 5_000)
    .default(1_000)
    .describe('The search gives up after looking behind this many beginnings of answers'),
};

export const predictRequest = fillSchema.extend({ ...question, ...effort });
export const traceRequest = traceSchema.extend({ ...question, ...effort });

export type PredictRequest = z.output<typeof predictRequest>;
export type TraceRequest = z.output<typeof traceRequest>;
