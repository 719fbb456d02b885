/**
 * A process that runs one command line after the other, each as bin/schmetterling.js would: what it prints, its
 * code, and over only when nothing keeps a process alive any more. So a test pays for no start of Node.
 */
import { Readable } from 'node:stream';
import { run } from '../../dist/run/cli/main.js';

const services = { server: () => import('../../dist/run/server/start.js') };
const SIGNALS = ['SIGINT', 'SIGTERM', 'exit'];

process.on('message', async ({ args, input }) => process.send(await outcomeOf(args, input)));

async function outcomeOf(args, input) {
  const stdout = collect(process.stdout);
  const stderr = collect(process.stderr);
  const alive = resources();
  Object.defineProperty(process, 'stdin', {
    value: Readable.from(input === undefined ? [] : [Buffer.from(input)]),
    configurable: true,
  });
  const code = await run(args, services);
  while (resources() > alive) await new Promise((done) => setTimeout(done, 1));
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  return { code, stdout: stdout(), stderr: stderr() };
}

/** How many things would keep the process from ending. */
const resources = () =>
  process.getActiveResourcesInfo().filter((one) => one !== 'Immediate').length;

/** Takes what is written to a stream, until it is asked for. */
function collect(stream) {
  const chunks = [];
  stream.write = (chunk, encoding, done) => {
    const isText = typeof encoding === 'string';
    chunks.push(Buffer.from(chunk, isText ? encoding : undefined));
    const written = isText ? done : encoding;
    if (written) process.nextTick(written);
    return true;
  };
  return () => {
    delete stream.write;
    return Buffer.concat(chunks).toString('utf8');
  };
}
