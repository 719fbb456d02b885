/**
 * What holds on every tab, in a real Chromium: nothing jumps, the keyboard reaches everything, a slow
 * network. A picture of each tab is kept in test-results/. Without a Chromium these are skipped.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Tab, tabs } from '../../src/web/state.ts';
import { executablePath } from './chromium.ts';
import { desktop, leave, openVisits, phone, type Visit, type Visits } from './visits.ts';

const PICTURES = new URL('../../test-results', import.meta.url).pathname;

/** What is there when a tab is. */
const SIGNS: Readonly<Record<Tab, string>> = {
  predict: '.bars .bar',
  layers: '.trajectories circle',
  depth: '.told li',
  lab: '.lab:not(.waiting) .lab-canvas',
  learn: '.learn h2',
};

describe.skipIf(!executablePath)('every tab', () => {
  let visits: Visits;

  beforeAll(async () => {
    visits = await openVisits();
    mkdirSync(PICTURES, { recursive: true });
  });
  afterAll(() => visits?.close());

  async function open(tab: Tab, options = {}): Promise<Visit> {
    const at = await visits.visit(`#tab=${tab}&language=en`, options);
    await at.page.locator(SIGNS[tab]).first().waitFor();
    return at;
  }

  for (const tab of tabs)
    for (const [name, viewport] of Object.entries({ desktop, phone }))
      test(`${tab} on a ${name}: nothing jumps, and nothing is asked of others`, async () => {
        const at = await visits.visit('favicon.svg', { viewport });
        await at.page.addInitScript(countShifts);
        await at.page.goto(`${visits.server.url}#tab=${tab}&language=en`);
        await at.page.locator(SIGNS[tab]).first().waitFor();
        await at.page.waitForLoadState('networkidle');
        await at.page.screenshot({ path: join(PICTURES, `${tab}-${name}.png`), fullPage: true });
        expect(await shiftOf(at.page)).toBeLessThan(0.02);
        expect(at.fetched.filter((url) => !url.startsWith(visits.server.url))).toEqual([]);
        await leave(at);
      });

  for (const tab of tabs)
    test(`${tab} by keyboard: the tabulator reaches every control, and shows where it is`, async () => {
      const at = await open(tab);
      await at.page.waitForLoadState('networkidle');
      await at.page.evaluate(nameControls);
      const controls = await at.page.evaluate(() => (globalThis as Named).controls());
      const reached = new Set<string>();
      for (let press = 0; press < controls.length + 5; press++) {
        await at.page.keyboard.press('Tab');
        const [name, seen] = await at.page.evaluate(() => (globalThis as Named).focused());
        expect([name, seen]).toEqual([name, true]);
        reached.add(name);
      }
      expect(controls.filter((name) => !reached.has(name))).toEqual([]);
      await leave(at);
    });

  test('Back, the keys of undo and its button bring the setting before', async () => {
    const at = await open('predict');
    const address = () => at.page.evaluate(() => location.hash);
    await at.page.locator('#coupling-causal').click();
    await at.page.locator('#tab-learn').click();
    await at.page.waitForFunction(() => location.hash.includes('tab=learn'));
    await at.page.goBack();
    expect(await address()).toContain('coupling=causal');
    await at.page.locator('#undo').click();
    await at.page.locator('#undo:disabled').waitFor();
    expect(await address()).not.toContain('coupling');
    await at.page.locator('#tab-predict').focus();
    await at.page.keyboard.press('Control+Shift+Z');
    await at.page.waitForFunction(() => location.hash.includes('coupling=causal'));
    await leave(at);
  });

  test('on paper the answer has its word and its bars, in light, and nothing that is pressed', async () => {
    const at = await visits.visit('#language=en&theme=dark');
    await at.page.locator('.bars .bar-number').first().waitFor();
    await at.page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await at.page.emulateMedia({ media: 'print' });
    const ink = await at.page
      .locator('.answer')
      .first()
      .evaluate((one) => getComputedStyle(one).color);
    expect(ink).not.toMatch(/, 0\)$/);
    expect(await at.page.evaluate(() => document.documentElement.dataset.theme)).toBe('light');
    expect(
      await at.page.locator('#theme, #tab-lab, #depth').filter({ visible: true }).count(),
    ).toBe(0);
    await at.page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await at.page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await leave(at);
  });

  test('on a slow network the page stands first, says that it waits, and is answered', async () => {
    const at = await visits.visit('favicon.svg');
    const session = await at.page.context().newCDPSession(at.page);
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 300,
      downloadThroughput: 60_000,
      uploadThroughput: 30_000,
    });
    await at.page.goto(`${visits.server.url}#language=en`, { waitUntil: 'commit' });
    await at.page.getByRole('tab', { name: 'Predict' }).waitFor();
    await at.page.locator('#sentence').fill('Mein Lieblingsessen ist __');
    await at.page.locator(SIGNS.predict).first().waitFor();
    await leave(at);
  });
});

type Counting = typeof globalThis & { shift: number };

/** In the page: sums what moved without the reader's doing. */
function countShifts(): void {
  const page = globalThis as Counting;
  page.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown as Shift[])
      if (!entry.hadRecentInput) page.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

interface Shift {
  readonly value: number;
  readonly hadRecentInput: boolean;
}

const shiftOf = (page: Page) => page.evaluate(() => (globalThis as Counting).shift);

type Named = typeof globalThis & {
  controls(): string[];
  focused(): [name: string, seen: boolean];
};

/**
 * In the page: says what its controls are that can be reached (of tabs the chosen one), and which has the focus,
 * and whether the eye can tell. By name, for a list may be written anew while the focus moves.
 */
function nameControls(): void {
  const page = globalThis as Named;
  const nameOf = ({ tagName, id, textContent }: Element) =>
    `${tagName} ${id} ${textContent?.slice(0, 30)}`;
  const all = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  page.controls = () =>
    [...document.querySelectorAll(all)]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }))
      .filter((one) => !one.matches(':disabled, [tabindex="-1"]'))
      .map(nameOf);
  page.focused = () => {
    const element = document.activeElement ?? document.body;
    const { outlineStyle, boxShadow } = getComputedStyle(element);
    const seen = element === document.body || outlineStyle !== 'none' || boxShadow !== 'none';
    return [nameOf(element), seen];
  };
}
