/**
 * The page on the server that users start, with the model that answers them: its digits are those of
 * the command line and of the library. `npm run build` comes first; skipped without a Chromium.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/host/services.ts';
import { startServer } from '../../src/server/start.ts';
import { PATIENT } from '../patience.ts';
import { executablePath } from './chromium.ts';
import { leave, type Visit, visitPage } from './visits.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

describe.skipIf(!executablePath)('the digits of the page', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ host: '127.0.0.1', port: 0, seconds: PATIENT, workers: 1 });
  });
  afterAll(async () => {
    await server?.close();
  });

  async function visit(address: string): Promise<Visit> {
    const visit = await visitPage(address);
    await visit.page.locator('.runs li').first().waitFor();
    return visit;
  }

  const shown = (page: Page) =>
    page.locator('.bar:is(.best, .listed)').evaluateAll((rows) =>
      rows.map((row) => ({
        token_str: (row.querySelector('summary') ?? row.querySelector('.bar-label'))?.textContent,
        score: Number(row.querySelector('.bar-number')?.getAttribute('title')),
      })),
    );

  const scores = ({ predictions }: { predictions: { token_str: string; score: number }[] }) =>
    predictions.map(({ token_str, score }) => ({ token_str: token_str.trim(), score }));

  const json = async (command: string, args: string[]) => {
    const { stdout } = await run(command, args, { cwd: root, maxBuffer: 2 ** 28 });
    return JSON.parse(stdout);
  };

  test('a link at L = 11 shows those of predict --depth 11, and so do its command and its program', async () => {
    const first = await visit(`http://127.0.0.1:${server.port}/#language=en`);
    await first.page.locator('#depth').fill('11');
    await expect.poll(() => first.page.locator('.foot .run').textContent()).toContain('11 layers');
    await first.page.locator('#share').click();
    const link = await first.page.locator('#share-link').inputValue();
    await first.page.locator('.snippet code').nth(1).waitFor();
    const [command, program] = await first.page.locator('.snippet code').allTextContents();
    await leave(first);

    const second = await visit(link);
    const digits = await shown(second.page);
    await leave(second);

    const text = 'Mein Lieblingstier ist __';
    const asked = ['bin/schmetterling.js', 'predict', text, '--depth', '11', '--json'];
    expect(digits).toEqual(scores(await json(process.execPath, asked)));
    expect(digits).toEqual(scores(await json('sh', ['-c', command])));
    expect(digits).toEqual(
      scores(await json(process.execPath, ['--input-type=module', '-e', program])),
    );
  });

  test('the layers’ document is what their command and their program print', async () => {
    const at = await visit(`http://127.0.0.1:${server.port}/#language=en&depth=3&text=Ein%20__`);
    await at.page.locator('#tab-layers').click();
    await at.page.locator('.flow .mark').first().waitFor();
    await at.page.locator('#share').click();
    await at.page.locator('.snippet code').nth(1).waitFor();
    const [command, program] = await at.page.locator('.snippet code').allTextContents();
    const [file] = await Promise.all([
      at.page.waitForEvent('download'),
      at.page.locator('#share-json').click(),
    ]);
    const document = JSON.parse(readFileSync(await file.path(), 'utf8'));
    await leave(at);
    for (const record of [
      await json('sh', ['-c', command]),
      await json(process.execPath, ['--input-type=module', '-e', program]),
    ])
      for (const part of [
        'tokens',
        'hidden_states',
        'attentions',
        'logit_lens',
        'diagnostics',
        'merges',
      ])
        expect(record[part], part).toEqual(document[part]);
  });

  test('the document of changed layers is what their program prints', async () => {
    const fragment = '#language=en&depth=3&text=Ein%20__&changes=1.2:off,0:2';
    const at = await visit(`http://127.0.0.1:${server.port}/${fragment}`);
    await at.page.locator('#tab-layers').click();
    await at.page.locator('.effect tbody tr').first().waitFor();
    await at.page.locator('#share').click();
    const program = await at.page.locator('.snippet code').textContent();
    const [file] = await Promise.all([
      at.page.waitForEvent('download'),
      at.page.locator('#share-json').click(),
    ]);
    const document = JSON.parse(readFileSync(await file.path(), 'utf8'));
    await leave(at);
    const printed = await json(process.execPath, ['--input-type=module', '-e', program ?? '']);
    for (const part of ['effect', 'predictions', 'hidden_states', 'logit_lens'])
      expect(printed[part], part).toEqual(document[part]);
    expect(printed.effect.divergence).toBeGreaterThan(0);
  });
});
