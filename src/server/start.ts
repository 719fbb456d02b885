/** Starts the HTTP server with its workers, and stops it. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { errorCode } from '../host/files.ts';
import { DEFAULT_MODEL, describeModel, listModels, modelFolder } from '../host/models.ts';
import { packageRoot, packageVersion } from '../host/package.ts';
import type { RunningServer, ServerSettings } from '../host/services.ts';
import { modelRecord } from '../language/model-record.ts';
import { InputError } from '../numerics/errors.ts';
import { createApp } from './app.ts';
import { startWorkers } from './pool.ts';
import { startSimulations } from './simulations.ts';

const PAGE = join(packageRoot, 'dist', 'page');

/** Milliseconds that requests in flight are given when the server stops. */
const DRAIN_MILLISECONDS = 5_000;

/**
 * Resolves when the server answers. Rejects with InputError for an unknown model, DamagedFileError for
 * one that cannot be read, and a one-line Error when the port cannot be had.
 */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const { folders, defaultModel, models, pretrained } = chooseModels(settings.models);
  const http = createServer();
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
  };
  http.on('request', createApp(parts));
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
