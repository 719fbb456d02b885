/** `serve`: the page and the HTTP API, until Ctrl-C. The server itself is handed in (host/services). */
import { once } from 'node:events';
import { Command } from 'commander';
import { exitOnInterrupt } from '../../host/files.ts';
import type { RunningServer, Services } from '../../host/services.ts';
import { InputError } from '../../numerics/errors.ts';
import { gather, numberIfOne } from '../flags.ts';

interface ServeFlags {
  readonly port: string;
  readonly host: string;
  readonly model?: readonly string[];
  readonly workers?: string;
  readonly allowHost?: readonly string[];
  readonly proxies: string;
}

const HELP = `
Examples:
  schmetterling serve                       the page on http://localhost:3000
  schmetterling serve --port 8080 --model models/lieblingstier
  schmetterling serve --model ./bert-base-german-cased --model ./SmolLM2-135M
  schmetterling serve --host 0.0.0.0        reachable from other machines`;

export function serveCommand(services: Services): Command {
  return new Command('serve')
    .description('the page and the HTTP API, on this machine only unless --host says otherwise')
    .option('--port <number>', 'port to listen on; 0 lets the system choose', '3000')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--model <name>',
      'a model or a folder, of a Hugging Face model too, or a GGUF file; may be repeated, the first answers when a request names none',
      gather,
    )
    .option('--workers <count>', 'worker threads (default: one a core, at most 4)')
    .option(
      '--allow-host <name>',
      'answer for this name too, beside localhost and addresses; may be repeated',
      gather,
    )
    .option('--proxies <count>', 'proxies before the server, whose word on addresses counts', '0')
    .addHelpText('after', HELP)
    .action((flags: ServeFlags) => serve(flags, services));
}

async function serve(flags: ServeFlags, services: Services) {
  const { port, host, model, workers, allowHost, proxies } = flags;
  const settings = {
    host,
    models: model,
    allowHosts: allowHost,
    proxies: wholeNumber('proxies', proxies, 0, 16),
    port: wholeNumber('port', port, 0, 65_535),
    workers: workers === undefined ? undefined : wholeNumber('workers', workers, 1, 64),
  };
  const { startServer } = await services.server();
  const server = await startServer(settings);
  process.stderr.write(`Schmetterling is on ${server.url}  (Ctrl-C stops it)\n`);
  await untilInterrupted(server);
}

function wholeNumber(name: string, given: string, least: number, most: number): number {
  const value = numberIfOne(given);
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
    return value;
  throw new InputError(
    name,
    `option ${name} is "${given}": expected a whole number from ${least} to ${most}`,
  );
}

/** Resolves when the server has stopped after SIGINT or SIGTERM; a second signal ends at once. */
async function untilInterrupted(server: RunningServer): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  exitOnInterrupt();
  process.stderr.write('stopping\n');
  await server.close();
}
