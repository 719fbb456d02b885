/** The description of the HTTP API, made from the schemas that check the requests. */
import { z } from 'zod';
import { packageVersion } from '../host/package.ts';
import { BOUNDS } from './bounds.ts';
import { type ServedOperation, servedOperations } from './operations.ts';
import { predictRequest, simulateRequest, traceRequest } from './requests.ts';

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457; `field` names the part of the request at fault',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    field: { type: 'string' },
  },
};

/** An OpenAPI 3.1 document. */
export function openApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Schmetterling',
      version: packageVersion(),
      description: `Bounds: bodies of ${BOUNDS.bodyBytes} bytes, texts of ${BOUNDS.textCharacters} characters, traces of ${BOUNDS.traceNumbers} numbers, simulations of ${BOUNDS.simulation.coordinates} coordinates, ${BOUNDS.simulation.frameNumbers} numbers in all frames and ${BOUNDS.simulation.seconds} s, ${BOUNDS.seconds} s a request, ${BOUNDS.requestsPerMinute} requests a minute from one address.`,
      license: { name: 'MIT' },
    },
    paths: {
      '/api/health': get('Whether the server answers, and its version'),
      '/api/models': get('The installed models'),
      '/api/catalogue': get(
        'Dynamics, starts, schemes, engines, diagnostics, couplings and families, with their parameters',
      ),
      '/api/openapi.json': get('This document'),
      '/api/predict': post(
        'The most likely answers for a blank, or next tokens. `entropy` and `entropy_upper` are the least and the largest entropy of the answer, in nats, that what the search has not found leaves possible; `entropy_upper` is null where no answer was found. Offsets are UTF-16 units of the text as it was sent.',
        predictRequest,
      ),
      '/api/trace': post(
        'Every layer of the flow: states, attention, lens, clusters; with heads switched off or β scaled also the effect on the answers',
        traceRequest,
      ),
      ...Object.fromEntries(servedOperations.map(operationPath)),
      '/api/simulate': post(
        'A flow of particles as lines of JSON: one of kind begin, a frame for every saved time, then one end or one error (a problem). The run stops when the connection ends.',
        simulateRequest,
        'application/x-ndjson',
      ),
    },
    components: { schemas: { Problem: PROBLEM } },
  };
}

function operationPath({ path, summary, body, flowBody }: ServedOperation) {
  const sentence = summary.charAt(0).toUpperCase() + summary.slice(1);
  return [`/api${path}`, post(sentence, flowBody ? z.union([body, flowBody]) : body)];
}

function get(summary: string) {
  return { get: { summary, responses: responses([429]) } };
}

function post(summary: string, schema: z.ZodType, answer = 'application/json') {
  const body = z.toJSONSchema(schema, { io: 'input' });
  return {
    post: {
      summary,
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
      responses: responses([400, 413, 415, 422, 429, 503], answer),
    },
  };
}

function responses(failures: readonly number[], answer = 'application/json') {
  const problem = {
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  };
  const good = { description: 'the answer', content: { [answer]: {} } };
  const bad = failures.map((status) => [status, { description: 'a problem', content: problem }]);
  return { 200: good, ...Object.fromEntries(bad) };
}
