/** The description of the HTTP API, made from the schemas that check the requests. */
import { z } from 'zod';
import { packageVersion } from '../host/package.ts';
import { LIMITS } from './limits.ts';
import { REDUCE_NAMES, type ReduceName, reduceRequests } from './reductions.ts';
import {
  flowDepthRequest,
  modelDepthRequest,
  perturbationsRequest,
  predictRequest,
  simulateRequest,
  stackRequest,
  traceRequest,
} from './requests.ts';

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

const REDUCE_SUMMARIES: Readonly<Record<ReduceName, string>> = {
  snapshot: 'The measure of a family at given parameters, by its quantiles',
  barycentre: 'The Wasserstein barycentre of measures',
  gaussians: 'The Bures–Wasserstein barycentre of Gaussians with the moments of measures',
  distance: 'The Hellinger–Kantorovich distance of two measures of any mass, and their geodesic',
  forward: 'Errors of greedy barycentres, tangent PCA and linear PCA of a family by their size',
  state: 'How well measures of a family are recovered, by number and noise of observations',
  recover: 'The measure of a family behind given observations',
  parameters: 'Parameters of a family from a noisy snapshot, tried out, with intervals',
  fit: 'The parameters of a family behind a given snapshot, with intervals',
  matrices:
    'βQᵀK and TV of attention from noisy positions of its tokens, tried out, with intervals',
  attention: 'βQᵀK and TV of attention behind given frames of its tokens, with intervals',
};

/** An OpenAPI 3.1 document. */
export function openApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Schmetterling',
      version: packageVersion(),
      description: `Limits: bodies of ${LIMITS.bodyBytes} bytes, texts of ${LIMITS.textCharacters} characters, traces of ${LIMITS.traceNumbers} numbers, simulations of ${LIMITS.simulation.coordinates} coordinates, ${LIMITS.simulation.frameNumbers} numbers in all frames and ${LIMITS.simulation.seconds} s, ${LIMITS.seconds} s a request, ${LIMITS.requestsPerMinute} requests a minute from one address.`,
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
      '/api/limit/depth': post(
        'L layers against the flow itself, for a text and its model or for dynamics and a start: errors by L, fitted orders, and from where on the answer stays',
        z.union([modelDepthRequest, flowDepthRequest]),
      ),
      '/api/limit/stack': post(
        'Random layers and weights that jump: errors by L, fitted orders, and which have no limit',
        stackRequest,
      ),
      '/api/limit/perturbations': post(
        'A cloud of perturbed texts through the flow: W2 by layer, its growth, and what the answer notices',
        perturbationsRequest,
      ),
      ...Object.fromEntries(
        REDUCE_NAMES.map((name) => [
          `/api/reduce/${name}`,
          post(REDUCE_SUMMARIES[name], reduceRequests[name]),
        ]),
      ),
      '/api/simulate': post(
        'A flow of particles as lines of JSON: one of kind begin, a frame for every saved time, then one end or one error (a problem). The run stops when the connection ends.',
        simulateRequest,
        'application/x-ndjson',
      ),
    },
    components: { schemas: { Problem: PROBLEM } },
  };
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
