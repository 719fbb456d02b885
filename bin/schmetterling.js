#!/usr/bin/env node
/** The committed entry of the command line: loads the built one from dist/ and hands it the server. */
import { existsSync } from 'node:fs';

const main = new URL('../dist/run/cli/main.js', import.meta.url);
const services = { server: () => import('../dist/run/server/start.js') };

/** A reader that has seen enough (`| head`) is no failure. */
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

if (existsSync(main)) {
  const { run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2), services);
} else {
  console.error('schmetterling: dist/ is missing: run `npm ci` (or `npm run build`) once');
  process.exitCode = 1;
}
