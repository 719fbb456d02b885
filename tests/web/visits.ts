/**
 * Visits to the built page in a Chromium against a stand-in server: what the tests of all tabs begin with.
 * `npm run build` comes first.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { newPage } from './chromium.ts';
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
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

export interface Visits {
  readonly server: MockServer;
  visit(fragment: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

/** Where the page was built. */
export const BUILT_PAGE = fileURLToPath(new URL('../../dist/page', import.meta.url));

/** Serves the page. */
export async function openVisits(): Promise<Visits> {
  const server = await startMockServer(BUILT_PAGE);
  return {
    server,
    visit: (fragment, options) => visitPage(server.url + fragment, options),
    close: () => server.close(),
  };
}

/** Everybody comes with a fresh profile. */
export async function visitPage(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const visit = watch(await newPage({ locale: 'en-GB', viewport: desktop, ...options }));
  await visit.page.goto(url);
  return visit;
}

/** A reply with a problem is the server's to tell; whatever else the console calls an error is ours. */
function watch(page: Page): Visit {
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
  // All rules, of which only what breaks them is written out and leaves the page.
  const told = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html)}`);
  });
  expect(told).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(width);
}
