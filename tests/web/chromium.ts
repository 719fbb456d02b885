/** The Chromium that page tests run in, where there is one. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { PATIENT } from '../patience.ts';

export const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
if (!executablePath)
  console.warn('page tests skipped: no Chromium found; install one or set CHROMIUM to its path');

let browser: Promise<Browser> | undefined;

/** A page in a fresh profile of the worker's one browser, which ends with the worker. */
export async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= launch();
  const context = await (await browser).newContext(options);
  context.setDefaultTimeout(1000 * PATIENT);
  return context.newPage();
}

/**
 * What the tests do without. The first two are popups of the address bar, pages of their own in each window, which
 * took half the time of a visit; the others are those of Playwright's own list, which this replaces, that Chromium
 * would act by here.
 */
const DISABLED_FEATURES = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'Translate',
];

/** With nothing in the background that would fetch from elsewhere. */
const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      `--disable-features=${DISABLED_FEATURES}`,
      '--disable-gpu',
      '--enable-unsafe-swiftshader', // WebGL without a graphics card
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
