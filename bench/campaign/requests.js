/**
 * Requests drawn for every route: bodies that fit its schema, in which some values are others, or that are no JSON at
 * all; of many addresses. Each is answered with a status that the API documents, in a form that it documents, and the
 * server goes on. A client that waits for long leaves.
 */
import { drawing } from './draw.js';
import { eachCase } from './journal.js';
import { serve } from './processes.js';

/** Cases in an entry of the journal. */
const TOGETHER = 250;
const PATIENCE = 300;
const AT_A_TIME = 6;

const EXPECTED = [200, 204, 304, 400, 404, 405, 413, 415, 421, 422, 429, 503];
const TEXTS = [
  'Mein Lieblingstier ist __',
  'Anna mag Hunde.',
  'My favourite animal is the __',
  '__',
  'ä',
];

/** Values for any place. */
const ODD = [
  ...[null, true, '', ' ', 0, -0, 1, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 53, 1e21, 3, 64, 1024],
  ...['NaN', '1e999', '__proto__', 'constructor', '\u0000', '\ud800', 'é', '../../etc', 'identity'],
  ...[[], {}, [[]], [{}], [null], [1, 'a'], [[1, 2], [3]], { length: 1e9 }, { scalar: 1e300 }],
  ...['a'.repeat(3000), '__ '.repeat(50), Array.from({ length: 300 }, () => 1)],
];

/** A value that fits a schema, small where it may be large. */
function fitting(schema, draw, depth = 0) {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return draw.pick(schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return fitting(draw.pick(options), draw, depth + 1);
  if (schema.allOf)
    return Object.assign({}, ...schema.allOf.map((one) => fitting(one, draw, depth + 1)));
  if (schema.default !== undefined && draw.chance(0.6)) return schema.default;
  const type = Array.isArray(schema.type) ? draw.pick(schema.type) : schema.type;
  if (type === 'integer' || type === 'number') {
    const least = schema.minimum ?? schema.exclusiveMinimum ?? 0;
    const most = Math.min(schema.maximum ?? 10, least + (draw.chance(0.9) ? 6 : 200));
    const value = least + draw.uniform() * (most - least);
    return type === 'integer' ? Math.round(value) : value;
  }
  if (type === 'boolean') return draw.chance(0.5);
  if (type === 'string')
    return draw.pick([...TEXTS, 'a', 'ginibre:1', 'linear:0:1:3', 'lieblingstier']);
  if (type === 'array') {
    if (depth > 6) return [];
    const length = Math.max(schema.minItems ?? 0, draw.integer(4));
    const [first, ...rest] = schema.prefixItems ?? [schema.items ?? {}];
    return Array.from({ length }, (_, k) =>
      fitting(rest[k - 1] ?? schema.items ?? first, draw, depth + 1),
    );
  }
  if (type === 'object' || schema.properties) {
    const needed = new Set(schema.required ?? []);
    const all = Object.entries(schema.properties ?? {});
    const chosen = all.filter(([name]) => needed.has(name) || draw.chance(0.25));
    return Object.fromEntries(chosen.map(([name, one]) => [name, fitting(one, draw, depth + 1)]));
  }
  return draw.pick(ODD);
}

/** The body with some places of it other than they were. */
function altered(body, draw) {
  const places = [];
  const walk = (value) => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value, key]);
      walk(value[key]);
    }
  };
  walk(body);
  for (let k = 0; k <= draw.integer(5); k++) {
    const way = draw.integer(4);
    if (way === 0 || places.length === 0)
      body[draw.pick(['x', '__proto__x', 'Depth', 'a'.repeat(200)])] = draw.pick(ODD);
    else {
      const [holder, key] = draw.pick(places);
      if (way === 1 && !Array.isArray(holder)) delete holder[key];
      else holder[key] = structuredClone(draw.pick(ODD));
    }
  }
  return body;
}

/** The bytes of a body that may be no JSON. */
function spelled(body, draw) {
  const text = JSON.stringify(body);
  if (draw.chance(0.9)) return text;
  const bytes = Buffer.from(text);
  const way = draw.integer(6);
  if (way === 0) return bytes.subarray(0, draw.integer(bytes.length));
  if (way === 1) {
    for (let k = 0; k < 3 && bytes.length > 0; k++)
      bytes[draw.integer(bytes.length)] = draw.integer(256);
    return bytes;
  }
  if (way === 2) return `${text}${text}`;
  if (way === 3)
    return text.replace(/\d+/, draw.pick(['1e400', '-', '0x10', '00', '1'.repeat(400)]));
  if (way === 4) return `[${text}]`;
  return '['.repeat(draw.integer(100));
}

function drawn(draw, routes) {
  const { method, path, schema } = draw.pick(routes);
  const headers = {
    'X-Forwarded-For': `10.${draw.integer(256)}.${draw.integer(256)}.${draw.integer(256)}`,
  };
  const way = draw.uniform();
  if (way < 0.02) {
    const other = draw.pick([
      '/api/',
      '/api/none',
      `${path}/x`,
      '/api/%2e%2e/%2e%2e/package.json',
      '/%ff',
      '/a'.repeat(200),
    ]);
    return { path: other, method: draw.pick(['GET', 'POST', 'DELETE']), headers };
  }
  if (way < 0.05)
    return {
      path,
      method: draw.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']),
      headers,
    };
  if (method === 'get') return { path, method: 'GET', headers };
  headers['Content-Type'] = draw.chance(0.97)
    ? 'application/json'
    : draw.pick(['text/plain', 'application/json; charset=x', 'a']);
  if (draw.chance(0.01)) headers['Content-Encoding'] = draw.pick(['gzip', 'br', 'x']);
  const body = fitting(schema, draw);
  if (typeof body.text === 'string') body.text = draw.pick(TEXTS);
  return {
    path,
    method: 'POST',
    headers,
    body: spelled(draw.chance(0.97) ? altered(body, draw) : body, draw),
  };
}

const isProblem = (document) =>
  typeof document === 'object' &&
  document !== null &&
  typeof document.detail === 'string' &&
  document.detail.length <= 500;

/** What an answer is not as documented; null where it is. */
function answerFault({ status, headers, method, path }, text) {
  if (!EXPECTED.includes(status)) return `status ${status}: ${text.slice(0, 200)}`;
  if (method === 'HEAD' || status === 204 || status === 304) return null;
  const type = headers.get('content-type') ?? '';
  if (status >= 400) {
    if (!type.startsWith('application/problem+json')) return `an error of the type ${type}`;
    const document = JSON.parse(text);
    if (!isProblem(document)) return 'an error that is no problem document of 500 characters';
    if (status === 503 && !(Number(headers.get('retry-after')) >= 1))
      return 'a 503 without Retry-After';
    return null;
  }
  if (!path.startsWith('/api')) return null;
  for (const line of type.includes('ndjson') ? text.split('\n').filter(Boolean) : [text])
    JSON.parse(line);
  return null;
}

async function asked(url, { path, method, headers, body }) {
  const patience = AbortSignal.timeout(PATIENCE);
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers,
      body,
      signal: patience,
      redirect: 'manual',
    });
    const text = await response.text();
    const { status } = response;
    const fault = answerFault({ status, headers: response.headers, method, path }, text);
    return { outcome: String(status), fault };
  } catch (error) {
    if (patience.aborted) return { outcome: 'left' };
    return { outcome: 'failed', fault: `${error.message} ${error.cause?.code ?? ''}` };
  }
}

export async function run({ seed, count, journal }) {
  const server = await serve();
  const openApi = await (await fetch(new URL('/api/openapi.json', server.url))).json();
  const routes = Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      path,
      method,
      schema: requestBody?.content['application/json'].schema,
    })),
  );
  const oneLot = async (lot) => {
    const outcomes = {};
    const faults = [];
    let next = lot * TOGETHER;
    const end = Math.min(count, next + TOGETHER);
    const asker = async () => {
      while (next < end) {
        const number = next++;
        const request = drawn(drawing(seed, number), routes);
        const { outcome, fault } = await asked(server.url, request);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        if (fault)
          faults.push(
            `request ${number} (${request.method} ${request.path.slice(0, 60)}): ${fault}`,
          );
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, asker));
    if (server.hasEnded()) throw new Error(`the server has ended: ${server.said()}`);
    return {
      kind: 'lot',
      outcome: 'answered',
      outcomes,
      fault: faults.slice(0, 5).join(' | ') || undefined,
    };
  };
  await eachCase({ count: Math.ceil(count / TOGETHER), atOnce: 1, journal }, oneLot);
  const said = server.said().split('\n').slice(1).filter(Boolean);
  await server.stop();
  const logged = said.filter((line) => line !== 'stopping');
  const fault =
    logged.length > 0 ? `the log says ${logged.slice(0, 3).join(' | ').slice(0, 600)}` : undefined;
  journal.add({ case: `log-${Date.now()}`, kind: 'log', outcome: 'read', fault });
}

/** The request of a number, to look at. */
export const requestOf = (seed, number, routes) => drawn(drawing(seed, number), routes);
