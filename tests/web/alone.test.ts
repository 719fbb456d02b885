/**
 * The page without a server, in a real Chromium: the static build in some folder of a host that only hands out
 * files. Without a Chromium these tests are skipped.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeModel, readModel } from '../../src/host/models.ts';
import { effects } from '../../src/language/effects/effects.ts';
import { fillBlank } from '../../src/language/fill.ts';
import { insideLayer } from '../../src/language/inside/layer.ts';
import { runWithCache } from '../../src/language/interventions.ts';
import { modelRecord } from '../../src/language/model-record.ts';
import { executablePath } from './chromium.ts';
import { leave, visitPage } from './visits.ts';

const MODEL = 'lieblingstier';
const TEXT = 'Mein Lieblingstier ist __';

/** As scripts/build-static.js, with the small model only and one that is missing. */
async function buildAlone(folder: string): Promise<void> {
  await build({
    configFile: new URL('../../vite.config.ts', import.meta.url).pathname,
    mode: 'alone',
    build: { outDir: folder, emptyOutDir: true },
    logLevel: 'error',
  });
  const models = join(folder, 'models');
  mkdirSync(models);
  const source = new URL(`../../models/${MODEL}`, import.meta.url).pathname;
  cpSync(source, join(models, MODEL), { recursive: true });
  const record = modelRecord(describeModel(source));
  const list = { default: MODEL, models: [record, { ...record, name: 'gone' }] };
  writeFileSync(join(models, 'models.json'), JSON.stringify(list));
}

describe.skipIf(!executablePath)('a page without a server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schmetterling-alone-'));
  let host: Server;
  let address: string;

  beforeAll(async () => {
    await buildAlone(folder);
    host = createServer(express().use('/some/folder', express.static(folder)));
    await new Promise<void>((listening) => host.listen(0, '127.0.0.1', listening));
    address = `http://127.0.0.1:${(host.address() as AddressInfo).port}/some/folder/`;
  });

  afterAll(async () => {
    host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const visit = (fragment: string) => visitPage(address + fragment);

  test('answers as the library does, and asks nobody', async () => {
    const { predictions } = fillBlank(readModel(MODEL), TEXT);
    const at = await visit(`#text=${encodeURIComponent(TEXT)}`);
    const numbers = at.page.locator('.bar-number');
    await numbers.first().waitFor();
    const shown = await numbers.evaluateAll((all) =>
      all.map((e) => Number(e.getAttribute('title'))),
    );
    // Chromium's exp and Node's may differ in the last digits.
    predictions.forEach(({ score }, i) => {
      expect(shown[i]).toBeCloseTo(score, 12);
    });
    expect(at.fetched.filter((url) => !url.startsWith(address))).toEqual([]);
    expect(at.fetched.some((url) => url.includes('/api/'))).toBe(false);
    await leave(at);
  });

  test('shows layers and depth', async () => {
    const at = await visit('#tab=depth&depth=4&text=Ein%20__');
    await at.page.locator('.depth canvas').first().waitFor();
    await at.page.locator('#tab-layers').click();
    await at.page.locator('.attention canvas').first().waitFor();
    await leave(at);
  });

  test('changes the flow as the library does', async () => {
    const at = await visit(`#tab=layers&depth=4&changes=0:off&text=${encodeURIComponent(TEXT)}`);
    const rows = at.page.locator('.effect tbody tr');
    await rows.first().waitFor();
    const ablate = [{ head: 0 }];
    const { effect } = runWithCache(readModel(MODEL), TEXT, { depth: 4, coupling: 'full', ablate });
    const best = effect?.answers[0];
    expect((await rows.first().locator('th').textContent())?.trim()).toBe(best?.tokenStr.trim());
    const numbers = await rows
      .first()
      .locator('td')
      .evaluateAll((all) => all.map((e) => Number(e.getAttribute('title'))));
    expect(numbers[0]).toBeCloseTo(best?.before ?? Number.NaN, 12);
    expect(numbers[1]).toBeCloseTo(best?.after ?? Number.NaN, 12);
    await leave(at);
  });

  test('looks into layers and changes them one at a time, as the library does', async () => {
    const open = 'open=effects,inside,nearest&plane=answers';
    const at = await visit(`#tab=layers&depth=4&${open}&text=${encodeURIComponent(TEXT)}`);
    const { divergences } = await effects(readModel(MODEL), TEXT, { depth: 4 });
    const most = Math.max(...divergences.flat().map((nats) => nats ?? 0));
    await at.page.locator('.effects-largest li').first().waitFor();
    expect(await at.page.locator('.effects .cell').count()).toBe(divergences.flat().length);
    expect(await at.page.locator('.effects-largest li').first().textContent()).toContain(
      `: ${most.toFixed(3)} nats`,
    );
    const { flow } = readModel(MODEL);
    if (!flow) throw new Error(`${MODEL} is a flow`);
    const { angle } = insideLayer(flow, TEXT, { depth: 4, layer: 4 });
    await at.page.getByText(`${angle.toFixed(3)} rad`).waitFor();
    await at.page.locator('.near-table tr').first().waitFor();
    await expect.poll(() => at.page.locator('.even-line').count()).toBe(1);
    expect(at.fetched.some((url) => url.includes('/api/'))).toBe(false);
    await leave(at);
  });

  test('says what is wrong with a text, and that a model cannot be had', async () => {
    const at = await visit(`#text=${encodeURIComponent('__ und __ und __')}`);
    await at.page.getByRole('alert').first().waitFor();
    await leave(at);
    const gone = await visit('#model=gone');
    await gone.page.getByText(/models\/gone\/config\.json could not be fetched/).waitFor();
    await leave(gone);
  });
});
