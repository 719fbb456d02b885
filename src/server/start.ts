/** Starts the HTTP server with its workers, and stops it. */
import { existsSync } from 'node:fs';
import { createServer, type Server, STATUS_CODES } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { errorCode } from '../host/files.ts';
import { DEFAULT_MODEL, describeModel, listModels, modelFolder } from '../host/models.ts';
import { packageRoot, packageVersion } from '../host/package.ts';
import type { RunningServer, ServerSettings } from '../host/services.ts';
import { modelRecord } from '../language/model-record.ts';
import { InputError } from '../numerics/errors.ts';
import { createApp } from './app.ts';
import { startWorkers } from './pool.ts';
import { problemDocument } from './problem-details.ts';
import { startSimulations } from './simulations.ts';

const PAGE = join(packageRoot, 'dist', 'page');

/** Milliseconds until a request must have come with its body: who sends no further holds no turn. */
const REQUEST_MILLISECONDS = 60_000;

/** Milliseconds that requests in flight are given when the server stops. */
const DRAIN_MILLISECONDS = 5_000;

/**
 * Resolves when the server answers. Rejects with InputError for an unknown model, DamagedFileError for
 * one that cannot be read, and a one-line Error when the port cannot be had.
 */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const { folders, defaultModel, models, pretrained } = chooseModels(settings.models);
  const http = createServer({ headersTimeout: 10_000, requestTimeout: REQUEST_MILLISECONDS });
  await listen(http, settings);
  const share = { threads: settings.workers, seconds: settings.seconds };
  const workers = startWorkers({ folders, defaultModel, pretrained }, share);
  const simulations = startSimulations({ folders, defaultModel }, share);
  const parts = {
    workers,
    simulations,
    version: packageVersion(),
    models: { default: defaultModel, models },
    page: existsSync(PAGE) ? PAGE : undefined,
    host: settings.host,
    allowHosts: settings.allowHosts,
    proxies: settings.proxies,
  };
  http.on('request', createApp(parts));
  http.on('clientError', answerUnread);
  const server = running(http, settings.host, [workers, simulations]);
  try {
    await workers.ready;
    return server;
  } catch (error) {
    http.closeAllConnections();
    await server.close();
    throw error;
  }
}

/**
 * The chosen models, which may lie anywhere, and the installed ones, under the names that requests use. Throws
 * InputError for two folders of one name.
 */
function chooseModels(given: readonly string[] = []) {
  const chosen = (given.length > 0 ? given : [DEFAULT_MODEL]).map((name) =>
    describeModel(modelFolder(name)),
  );
  const names = chosen.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InputError(
      'model',
      `two of the models are called "${twice}", and requests name models: rename one of the folders`,
    );
  const all = [...chosen, ...listModels().filter(({ name }) => !names.includes(name))];
  return {
    defaultModel: names[0],
    folders: Object.fromEntries(all.map((model) => [model.name, model.folder])),
    pretrained: all.flatMap(({ name, pretrained }) => (pretrained ? [name] : [])),
    models: all.map(modelRecord),
  };
}

/** What is no HTTP never comes to the application: it gets the same document, and the connection ends. */
function answerUnread(error: Error, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const status = UNREAD[errorCode(error) ?? ''] ?? 400;
  const detail = `the request cannot be read as HTTP (${errorCode(error)}): check its line and headers`;
  const body = JSON.stringify(problemDocument({ status, detail }));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** By Node's names, where it is not 400. */
const UNREAD: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function listen(http: Server, { port, host }: ServerSettings): Promise<void> {
  return new Promise((listening, reject) => {
    http.once('error', (error) => reject(unavailable(error, port, host)));
    http.listen({ port, host }, listening);
  });
}

function unavailable(error: unknown, port: number, host: string): Error {
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return new Error(
      `port ${port} on ${host} is in use: choose another with --port, or stop the program that has it`,
    );
  if (code === 'EACCES')
    return new Error(`port ${port} needs more rights than this user has: choose one above 1023`);
  return new InputError(
    'host',
    `cannot listen on "${host}", port ${port} (${code}), expected an address of this machine: check --host`,
  );
}

function running(
  http: Server,
  host: string,
  pools: readonly { close(): Promise<void> }[],
): RunningServer {
  const { port } = http.address() as AddressInfo;
  const name = host === '127.0.0.1' ? 'localhost' : isIPv6(host) ? `[${host}]` : host;
  return {
    port,
    url: `http://${name}:${port}`,
    close: async () => {
      const closed = new Promise((done) => http.close(done));
      const drain = setTimeout(() => http.closeAllConnections(), DRAIN_MILLISECONDS);
      await closed;
      clearTimeout(drain);
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}
