/**
 * Whether results have the same bits in other JavaScript engines, and how often their own functions differ:
 * `node bench/portable.js [NODE …]` compares this Node with the binaries named, such as
 * node_modules/node/bin/node of the packages node@22 and node@24, and with Chromium where there is one
 * (CHROMIUM names another). Ends with 1 if a result differs. `--pin` writes tests/portable/digests.json.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const binaries = process.argv.slice(2).filter((argument) => argument !== '--pin');
const folder = mkdtempSync(join(tmpdir(), 'schmetterling-portable-'));

/** One file that any engine runs. */
async function bundle() {
  const lib = { entry: here('portable/engine.js'), formats: ['es'], fileName: () => 'engine.mjs' };
  const rolldownOptions = { output: { codeSplitting: false } };
  const options = { lib, outDir: folder, target: 'es2022', minify: false, rolldownOptions };
  await build({ configFile: false, root: here('.'), build: options, logLevel: 'error' });
  return join(folder, 'engine.mjs');
}

function askNode(binary, file) {
  const program = `await import(${JSON.stringify(file)}); process.stdout.write(await askEngine())`;
  const options = { maxBuffer: 2 ** 30, encoding: 'utf8' };
  const ask = (...args) => execFileSync(binary, args, options);
  const answer = JSON.parse(ask('--input-type=module', '-e', program));
  return { name: `Node ${ask('--version').trim().slice(1)}`, answer };
}

async function askChromium(executablePath, file) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ type: 'module', content: readFileSync(file, 'utf8') });
    await page.waitForFunction(() => 'askEngine' in globalThis);
    const answer = JSON.parse(await page.evaluate(() => globalThis.askEngine()));
    return { name: `Chromium ${browser.version()}`, answer };
  } finally {
    await browser.close();
  }
}

try {
  const file = await bundle();
  const engines = [process.execPath, ...binaries].map((binary) => askNode(binary, file));
  const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (existsSync(browser)) engines.push(await askChromium(browser, file));
  const [{ answer: first }, ...others] = engines;

  console.log(`Results, against ${engines[0].name}:`);
  for (const { name, answer } of others) {
    const differing = Object.keys(first[0]).filter((kind) => answer[0][kind] !== first[0][kind]);
    console.log(
      `  ${name}: ${differing.length ? `differ in ${differing.join(', ')}` : 'same bits'}`,
    );
    if (differing.length > 0) process.exitCode = 1;
  }
  console.log(`Values of Math that differ, of ${first[1][0][1].length.toLocaleString('en')}:`);
  console.table(
    Object.fromEntries(
      first[1].map(([name, values], f) => [
        name,
        Object.fromEntries(
          others.map((other) => [
            other.name,
            values.filter((bits, i) => bits !== other.answer[1][f][1][i]).length,
          ]),
        ),
      ]),
    ),
  );
  if (process.argv.includes('--pin'))
    writeFileSync(here('../tests/portable/digests.json'), `${JSON.stringify(first[0], null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
