/**
 * A stand-in for the server: the built page, and its calls answered, most from fixtures. It knows
 * no language: another text gets the fixture's answers, another depth the fixture's frames again.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { survey } from '../../src/diagnostics/survey/survey.ts';
import { fromRows } from '../../src/numerics/matrix.ts';
import { resultToJson } from '../../src/numerics/result-json.ts';
import type {
  ChangedQuestion,
  ContrastQuestion,
  ContrastReply,
  DepthReply,
  LayerQuestion,
  PartsQuestion,
  Prediction,
  Question,
  StackReply,
  SurveyQuestion,
  Trace,
} from '../../src/web/api.ts';
import type { EffectsQuestion, EffectsReply } from '../../src/web/layers/effects/ask.ts';
import type {
  InsideQuestion,
  InsideReply,
  NearestQuestion,
  NearestReply,
} from '../../src/web/layers/inside/ask.ts';
import { blanks } from '../../src/web/sentence.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Strict, as the server's is, so that a style or script that it would block fails here too. */
const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob:; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/** A record of the list of models: a flow has a horizon, somebody else's network a family. */
export interface MockModel {
  readonly name: string;
  readonly problem?: string;
  readonly horizon?: number;
  readonly family?: string;
  readonly depth?: number;
  readonly masks?: boolean;
  readonly head?: boolean;
}

export interface MockServer {
  readonly url: string;
  /** Texts asked for, in order. */
  readonly asked: string[];
  /** The models that there are, the default first. */
  models: MockModel[];
  /** Lets the replies go that were held back. */
  release(): void;
  close(): Promise<void>;
}

/** Serves the page in `folder`. Of a text that contains `slow` the reply is held back, `broken` gets a 503. */
export async function startMockServer(folder: string): Promise<MockServer> {
  const held: (() => void)[] = [];
  const models: MockModel[] = [{ name: 'lieblingstier', horizon: 5 }];
  const known = { asked: [] as string[], models, held };
  const server = createServer((request, response) => {
    if (request.method === 'POST') void answer(request, response, known);
    else if (request.url === '/api/models')
      json(response, { default: known.models[0].name, models: known.models });
    else serveFile(folder, request.url ?? '/', response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return Object.assign(known, {
    url: `http://127.0.0.1:${port}/`,
    release() {
      for (const go of held.splice(0)) go();
    },
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  });
}

function json(response: ServerResponse, document: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

function serveFile(folder: string, url: string, response: ServerResponse): void {
  const path = new URL(url, 'http://localhost').pathname;
  const file = join(folder, normalize(path === '/' ? '/index.html' : path));
  try {
    const body = readFileSync(file);
    const type = types[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { asked, models, held }: Pick<MockServer, 'asked' | 'models'> & { held: (() => void)[] },
): Promise<void> {
  const question = JSON.parse(await bodyOf(request)) as Question;
  const { text = '', model } = question;
  if (request.url === '/api/predict') asked.push(text);
  if (text.includes('slow')) await new Promise<void>((resolve) => held.push(resolve));
  const found = blanks(text).length;
  if (found > 1)
    return problem(response, 400, `found ${found} blanks in the text, expected one: keep one __`);
  if (model !== undefined && !models.some(({ name }) => name === model))
    return problem(response, 400, `unknown model "${model}": choose another`);
  if (text.includes('broken')) return problem(response, 503, 'the queue is full: ask again soon');
  const replies: Readonly<Record<string, () => object>> = {
    '/api/predict': () => prediction(question),
    '/api/trace': () => ({ ...trace(question), ...effectOf(question) }),
    '/api/survey': () => surveyed(question),
    '/api/effects': () => effectsOf(question as unknown as EffectsQuestion),
    '/api/inside/layer': () => insideOf(question as unknown as InsideQuestion),
    '/api/inside/nearest': () => nearestOf(question as unknown as NearestQuestion),
    '/api/inside/contrast': () => contrastOf(question as unknown as ContrastQuestion),
    '/api/limit/layer': () => layerFlow(question as unknown as LayerQuestion),
    '/api/limit/stack': () => stackLimit(question as unknown as { depths: number[] }),
    '/api/limit/depth': () =>
      'steps' in question
        ? refinement(question as unknown as PartsQuestion & { steps: number[]; alone: number })
        : depthLimit(question as unknown as { depths: number[] }),
  };
  json(response, replies[request.url ?? '']?.() ?? {});
}

/** Of a change in layer k and column j: k + j / 10 nats, and in the last column another answer. */
function effectsOf({ text, depth = 8, of, other, layers }: EffectsQuestion): EffectsReply {
  const { tokens } = fixture('trace') as Trace;
  const first = of === 'patches' ? 0 : 1;
  const rows = layers ?? Array.from({ length: Number(depth) + 1 - first }, (_, k) => first + k);
  const columns = {
    heads: ['head 0', 'head 1'],
    beta: ['head 0', 'head 1'],
    parts: ['attention off'],
    swaps: rows.map((layer) => `layer ${layer}`),
    patches: [...tokens.map(({ text: name }) => name), 'all'],
  }[of];
  const cells = <V>(value: (row: number, column: number) => V) =>
    rows.map((row) => columns.map((_, column) => value(row, column)));
  const last = columns.length - 1;
  return {
    model: 'lieblingstier',
    text,
    settings: { of, factor: 2, other, layers: layers && [...layers] },
    precision: 'float64',
    tokens: tokens.map((token) => token.text),
    rows,
    columns,
    answer: { token: ' der', probability: 0.6 },
    other_answer: other === undefined ? null : { token: ' die', probability: 0.5 },
    divergences: cells((row, column) => row + column / 10),
    answers: cells((_, column) => (column === last ? ' die' : ' der')),
    probabilities: cells((_, column) => (column === last ? 0.1 : 0.5)),
    other_probabilities: other === undefined ? null : cells(() => 0.25),
  };
}

/** Two heads, of which the second adds the most; each attends to the first particle alone. */
function insideOf({ text, layer, token, depth, coupling }: InsideQuestion): InsideReply {
  const tokens = (fixture('trace') as Trace).tokens.map((one) => one.text);
  const head = (size: number) => ({
    beta: 1,
    query: [size, 0],
    keys: tokens.map((_, j) => [1, j]),
    scores: tokens.map((_, j) => (j === 0 ? size : null)),
    weights: tokens.map((_, j) => (j === 0 ? 1 : 0)),
    values: tokens.map(() => [size, 0]),
    mixed: [size, 0],
    added: [0, size, 0],
  });
  return {
    model: 'lieblingstier',
    text,
    settings: { layer, token, depth: Number(depth), coupling },
    tokens,
    layer,
    token,
    time: 0.25,
    step: 0.5,
    before: [1, 0, 0],
    heads: [head(0.5), head(1.5)],
    velocity: [0, 2, 0],
    moved: [1, 1, 0],
    after: [Math.SQRT1_2, Math.SQRT1_2, 0],
    radial: 0,
    tangential: 2,
    angle: Math.PI / 4,
  };
}

/** Every particle is nearest to itself, then to the word behind it. */
function nearestOf({ text, layers = [0], count }: NearestQuestion): NearestReply {
  const tokens = (fixture('trace') as Trace).tokens.map((one) => one.text);
  const words = tokens.map((_, i) => [
    { token: tokens[i], value: 0.9 },
    { token: tokens[(i + 1) % tokens.length], value: 0.4 },
  ]);
  return {
    model: 'lieblingstier',
    text,
    by: 'embedding',
    settings: { count },
    tokens,
    layers,
    words: layers.map(() => words),
  };
}

/** The particles by the first two numbers of their states. */
function contrastOf({ text, answers, depth }: ContrastQuestion): ContrastReply {
  const { hidden_states, tokens } = trace({ text, depth }) as unknown as Trace;
  const positions = hidden_states.map((frame) => frame.map(([x, y]) => [x, y]));
  return {
    model: 'lieblingstier',
    text,
    settings: { answers: [...answers] },
    tokens: tokens.map((one) => one.text),
    compared: [' der', ' die'],
    cosine: 0.5,
    axes: [],
    positions,
    explained: [0.02, 0.03],
    log_odds: positions.map((frame) => frame.map(([x]) => 2 * x)),
    even: 0,
  };
}

/** An order that all depths show. */
const fitted = (order: number, used: readonly number[]) => ({
  order,
  low: order,
  high: order,
  constant: 1,
  used,
});

/** One stack with the order ½ and one without a limit. */
function stackLimit({ depths }: Pick<StackReply, 'depths'>): Omit<StackReply, 'settings'> {
  const sde = { limit: 'sde', predicted: 0.5, against: 'the flow' } as const;
  const none = { limit: null, predicted: null, against: 'the deepest stack' } as const;
  return {
    depths,
    stacks: [
      {
        ...sde,
        name: 'attention_sde',
        title: 'Attention',
        errors: depths.map((depth) => depth ** -0.5),
        order: fitted(0.5, depths),
      },
      {
        ...none,
        name: 'relu_sde',
        title: 'ReLU',
        errors: depths.map((depth) => depth ** 3),
        order: { order: null, problem: 'the errors grow' },
      },
    ],
  };
}

/** Errors of the orders 1 and 4, and an answer that stays from L = 16 on. */
function depthLimit({ depths }: Pick<DepthReply, 'depths'>): Omit<DepthReply, 'settings'> {
  const scheme = (order: number) => {
    const position = depths.map((depth) => depth ** -order);
    const logits = depths.map((depth) => 0.1 * depth ** (-2 * order));
    return {
      errors: {
        position_max: position,
        position_rms: position,
        w2: position,
        logits_kl: logits,
        logits_tv: logits,
        richardson: depths.map((depth) => (depth === depths[0] ? null : depth ** -(order + 1))),
      },
      order: fitted(order, depths),
    };
  };
  return {
    model: 'lieblingstier',
    text: 'Mein Lieblingstier ist __',
    time: 1,
    breakpoints: [],
    depths,
    schemes: { layer: scheme(1), rk4: scheme(4) },
    reference: { scheme: 'dop853', tolerance: 1e-12, estimated_error: 7e-13 },
    apriori: {
      log10_constant: 126.58,
      log10_measured: 0.48,
      lipschitz_mean: 3,
      lipschitz_max: 5,
    },
    answer: {
      ode: 'der Schmetterling',
      by_depth: depths.map((depth) => (depth < 16 ? 'die Katze' : 'der Schmetterling')),
      stable_from: 16,
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function problem(response: ServerResponse, status: number, detail: string): void {
  const title = status === 400 ? 'Invalid input' : 'Busy';
  response.writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': '9' });
  response.end(JSON.stringify({ type: 'about:blank', status, title, detail, field: 'text' }));
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
}

/** By a second reading the same answers come the other way round. */
function prediction({
  text,
  depth = 8,
  coupling,
  reading,
  model,
  targets = [],
}: Question): Prediction {
  const known = fixture('predict') as Prediction;
  const kind = blanks(text).length === 0 ? 'next-token' : 'blank';
  const place = (answer: string) => known.predictions.findIndex((p) => p.token_str === answer);
  return {
    ...known,
    model: model ?? known.model,
    text,
    depth,
    kind,
    coupling: coupling ?? 'causal',
    ...(reading && {
      predictions: known.predictions.map(({ score }, i, { length }) => {
        const other = known.predictions[length - 1 - i];
        return { ...other, score, readings: { blank: other.score, sentence: score } };
      }),
    }),
    targets: targets.map((token_str) => {
      const rank = place(token_str);
      const score = known.predictions[rank]?.score ?? 0.00001234;
      const answer = { token_str, score, tokens: [token_str], sequence: text };
      return { ...answer, rank: rank < 0 ? null : rank + 1 };
    }),
  };
}

/** Under interventions the answers swap their probabilities; the frames stay as they are. */
function effectOf(question: Partial<ChangedQuestion>): Pick<Trace, 'effect'> {
  const { ablate = [], scaleBeta = [] } = question;
  if (ablate.length + scaleBeta.length === 0) return {};
  const { predictions } = fixture('predict') as Prediction;
  const swapped = [...predictions].reverse();
  const answers = predictions.map(({ token_str, score }, i) => ({
    token_str,
    before: score,
    after: swapped[i].score,
  }));
  const size = (one: (typeof answers)[number]) => Math.abs(one.after - one.before);
  answers.sort((a, b) => size(b) - size(a));
  return { effect: { answers, divergence: 0.25 } };
}

/** The parts of a trace that depend on the number of frames. */
interface TraceFixture {
  times: number[];
  layers: number[];
  hidden_states: unknown[];
  attentions: unknown[];
  logit_lens: unknown[];
  clusters: unknown[];
  diagnostics: Record<string, unknown[]>;
  merges: { layer: number }[];
  projection: { points: unknown[] };
}

function trace({ depth = 8 }: Question): TraceFixture {
  const known = fixture('trace') as TraceFixture;
  const last = depth === 'ode' ? 21 : depth;
  const frames = known.hidden_states.length - 1;
  const from = Array.from({ length: last + 1 }, (_, k) => Math.round((k * frames) / last));
  const step = (k: number) => Math.min(known.attentions.length - 1, from[k]);
  const diagnostics = Object.entries(known.diagnostics).map(([name, values]) => [
    name,
    from.map((k) => values[k]),
  ]);
  const times = from.map((_, k) => (k / last) ** 1.3);
  return {
    ...known,
    times,
    layers: from.map((_, k) => k),
    hidden_states: from.map((k) => known.hidden_states[k]),
    attentions: from.slice(0, -1).map((_, k) => known.attentions[step(k)]),
    logit_lens: from.map((k) => known.logit_lens[k]),
    clusters: from.map((k) => known.clusters[k]),
    diagnostics: Object.fromEntries(diagnostics),
    merges: known.merges.map((event) => ({
      ...event,
      layer: Math.round((event.layer * last) / frames),
    })),
    projection: { ...known.projection, points: from.map((k) => known.projection.points[k]) },
  };
}

/** The frames of the fixture's trace, but that the first token is 30 times as long from layer 2 on. */
function surveyed({ text, reference }: SurveyQuestion) {
  const { hidden_states, attentions, tokens, layers } = trace({
    text,
  }) as unknown as Trace;
  const lengths = (k: number, i: number) => (k >= 2 && i === 0 ? 30 : 1);
  const frames = hidden_states.map((rows, k) => ({
    states: fromRows(rows.map((row, i) => row.map((value) => value * lengths(k, i)))),
    heads: k === 0 ? null : attentions[k - 1].map((head) => fromRows(head)),
    ...(reference && { reference: fromRows(rows.slice(1)) }),
  }));
  return resultToJson({
    ...survey(frames),
    model: 'network',
    text,
    reference: reference ?? null,
    precision: 'float32',
    tokens: tokens.map((token) => token.text),
    logEnergies: layers.slice(1).map(() => ({
      heads: [1, 3].map((part) => ({ attention: part, mlp: -part, normalisation: 0 })),
    })),
    energies: layers.map((layer) => ({
      energy: layer / 10,
      attention: layer === 0 ? null : 0.08,
      mlp: layer === 0 ? null : 0.02,
    })),
  });
}

/** Of three layers in steps: attention settles, the MLPs do not; the first layer matters most. */
function refinement({
  steps,
  alone,
  layers = [1, 2, 3],
  jacobians,
  dopri5,
}: PartsQuestion & { steps: number[]; alone: number }) {
  const effect = (kl: number) => ({ kl, answer: kl > 1 ? 'a' : ' Paris', angle: kl, distance: kl });
  const part = (name: string, kl: number, converges: boolean) => ({
    part: name,
    effects: steps.map((count) => effect(kl / count)),
    angles: [],
    distances: [],
    settling: { differences: [], converges, order: { order: null, problem: '' } },
  });
  const cells = [1, 2, 3].flatMap((layer) =>
    ['attention', 'mlp'].map((name, k) => ({
      layer,
      part: name,
      ...effect((k + 1) / 10 ** layer),
    })),
  );
  return {
    depth: 3,
    layers: [1, 2, 3],
    answer: ' Paris',
    steps,
    parts: [part('attention', 0.1, true), part('mlp', 8, false)],
    matrix: { steps: alone, cells },
    jacobians: jacobians
      ? layers.flatMap((layer) => ['attention', 'mlp'].map((name) => jacobian(layer, name)))
      : null,
    dopri5: dopri5 ? flows(layers, dopri5, effect(0.5)) : null,
  };
}

/** Attention's steps are small enough; an MLP's are not, and its search did not end. */
const jacobian = (layer: number, part: string) => ({
  layer,
  part,
  singular_value: part === 'mlp' ? 30 * layer : 0.4,
  token: 2,
  share: 0.8,
  eigenvalue: { re: layer, im: part === 'mlp' ? 0.5 : 0 },
  residuals: { singular_value: 0, eigenvalue: 0 },
  converged: part === 'attention',
  norm_behind: null,
});

/** The attention ends, the MLP is given up in the second layer. */
function flows(layers: readonly number[], tolerance: number, effect: object) {
  const flow = (part: string, layer: number) => {
    const stopped = part === 'mlp' && layer > 1;
    const givenUp = { layer, part, time: 0.25, reason: 'the steps became too small' };
    return {
      part,
      effect: stopped ? null : effect,
      ended: !stopped,
      given_up: stopped ? givenUp : null,
      steps: 12,
      rejected: 1,
    };
  };
  const parts = ['attention', 'mlp'];
  return {
    tolerance,
    most_steps: 2000,
    parts: parts.map((part) => flow(part, Math.max(...layers))),
    cells: layers.flatMap((layer) => parts.map((part) => ({ layer, ...flow(part, layer) }))),
  };
}

/** Tokens of a layer that gather in two clusters beyond chance, and grow. */
function layerFlow({ text, layer, part, scheme, time }: LayerQuestion) {
  const chance = { mean: 1.2, most: 1.6 };
  const frames = [0, time / 10, time].map((at, k) => ({
    time: at,
    norms: { least: 1 + at, median: 2 + at, most: 3 + at },
    cosine: 0.2 + 0.3 * k,
    clusters: k === 0 ? 6 : 2,
    chance: {
      count: 2,
      from: 0.1,
      to: k === 0 ? 0.12 : 1.2,
      chance,
      unusual: k === 0 ? 0.6 : 0.04,
    },
    speed: 0.1,
    turning: 0.01,
  }));
  return {
    model: 'network',
    text,
    layer,
    part,
    scheme,
    velocity: 'attention(x)',
    settings: { angle: 0.1, surrogates: 20 },
    tokens: ['', 'Mein', ' Lieblings', 'tier', ' ist', '__'],
    ended: true,
    time,
    reason: null,
    steps: 40,
    rejected: 2,
    frames,
    clusters: {
      start: [[0], [1], [2], [3], [4], [5]],
      end: [
        [0, 1, 4],
        [2, 3, 5],
      ],
    },
    attractor: {
      kind: 'growing along rays',
      motion: { speed: 0.1, turning: 0.01 },
      growth: 2,
      returned: null,
    },
  };
}
