/** Visits to the built page in a Chromium against a stand-in server: what the tests of all tabs begin with. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { expect } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type MockServer, startMockServer } from './mock-server.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
export const desktop = { width: 1280, height: 900 };
export const phone = { width: 360, height: 740 };

export interface Visit {
  readonly page: Page;
  /** Addresses fetched, in order. */
  readonly fetched: string[];
  /** Errors of scripts and of the console; a visit that had any fails when it ends. */
  readonly errors: string[];
}

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

export interface Visits {
  readonly server: MockServer;
  /** Where the page was built. */
  readonly folder: string;
  visit(fragment: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

/** Builds the page, serves it, starts the browser. */
export async function openVisits(): Promise<Visits> {
  const folder = mkdtempSync(join(tmpdir(), 'schmetterling-page-'));
  await build({
    configFile: new URL('../../vite.config.ts', import.meta.url).pathname,
    build: { outDir: folder, emptyOutDir: true },
    logLevel: 'error',
  });
  const server = await startMockServer(folder);
  const browser = await launchChromium();
  return {
    server,
    folder,
    async visit(fragment, options = {}) {
      const context = await browser.newContext({ locale: 'en-GB', viewport: desktop, ...options });
      const visit = watch(await context.newPage());
      await visit.page.goto(server.url + fragment);
      return visit;
    },
    async close() {
      await browser.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A reply with a problem is the server's to tell; whatever else the console calls an error is ours. */
export function watch(page: Page): Visit {
  const fetched: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.startsWith('Failed to load resource'))
      errors.push(text);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return { page, fetched, errors };
}

/** What the address holds, readable. It lags behind the page: poll for what will be there. */
export const hash = ({ page }: Visit): string => decodeURIComponent(new URL(page.url()).hash);

export async function leave({ page, errors }: Visit): Promise<void> {
  await page.context().close();
  expect(errors).toEqual([]);
}

/** Nothing is on its way any more, by which it would still be pale. */
async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.locator('.stale:visible').count()).toBe(0);
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
      .every(({ playState }) => playState !== 'running'),
  );
}

/** Axe finds nothing, and nothing sticks out of a screen of this width. */
export async function expectAccessible({ page }: Visit, width: number): Promise<void> {
  await settled(page);
  await page.evaluate(readFileSync(axePath, 'utf8'));
  const found = await page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: Axe };
    return axe.run();
  });
  const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html)}`);
  expect(told).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(width);
}
