/** The Chromium that page tests run in, where there is one. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

export const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
if (!executablePath)
  console.warn('page tests skipped: no Chromium found; install one or set CHROMIUM to its path');

/** Starts it, with nothing in the background that would fetch from elsewhere. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--enable-unsafe-swiftshader', // WebGL without a graphics card
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
