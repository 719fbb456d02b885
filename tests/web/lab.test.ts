/** The Lab in a real Chromium: its journey, by keyboard too, its links, its exports, axe, a phone. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executablePath } from './chromium.ts';
import {
  desktop,
  expectAccessible,
  hash,
  leave,
  openVisits,
  phone,
  type Visit,
  type Visits,
} from './visits.ts';

const root = new URL('../..', import.meta.url).pathname;

const open = (query: string) => `#tab=lab${query && `&${query}`}`;

describe.skipIf(!executablePath)('the Lab', () => {
  let visits: Visits;

  beforeAll(async () => {
    visits = await openVisits();
  });

  afterAll(() => visits?.close());

  /** The Lab with its first frame. */
  async function enter(query = '', options = {}): Promise<Visit> {
    const at = await visits.visit(open(query), options);
    await frame(at).filter({ hasText: ' of ' }).waitFor();
    await at.page.locator('.lab:not(.waiting):not(.stale)').waitFor();
    return at;
  }

  const frame = ({ page }: Visit) => page.locator('.lab-dock output small');
  const button = ({ page }: Visit, name: string) => page.getByRole('button', { name, exact: true });

  async function taken(at: Visit, name: string): Promise<string> {
    const [download] = await Promise.all([
      at.page.waitForEvent('download'),
      at.page.locator(`#lab-export-${name}`).click(),
    ]);
    return (download as Download).path();
  }

  async function positions(at: Visit): Promise<number[][]> {
    const lines = readFileSync(await taken(at, 'positions'), 'utf8')
      .trim()
      .split('\n');
    return lines.slice(1).map((line) => line.split(',').map(Number));
  }

  test('is loaded when its tab opens, and shows the start with its numbers', async () => {
    const at = await visits.visit('#language=en');
    await at.page.locator('.bars').first().waitFor();
    expect(at.fetched.filter((url) => /worker|lab/.test(url) && url.endsWith('.js'))).toEqual([]);
    await at.page.locator('#tab-lab').click();
    await expect.poll(() => frame(at).textContent()).toBe('0 of 200');
    const picture = at.page.locator('.lab-canvas');
    await expect
      .poll(() => picture.getAttribute('aria-label'))
      .toBe('64 particles on the circle at time 0.000.');
    const energy = at.page.locator('.lab-charts .chart-value').first();
    await expect.poll(() => energy.textContent()).toMatch(/^\d+\.\d+$/);
    await expect.poll(() => at.page.locator('.lab-modes li').count()).toBe(8);
    await leave(at);
  });

  test('steps, plays, stops, rewinds, and says in words where it rests', async () => {
    const at = await enter('lab.time=2&lab.n=20');
    await button(at, 'One frame on').click();
    await expect.poll(() => frame(at).textContent()).toBe('1 of 20');
    await expect.poll(() => hash(at)).toContain('lab.at=1');
    await button(at, 'Play').click();
    await expect.poll(() => frame(at).textContent()).toBe('20 of 20');
    await button(at, 'Play').waitFor();
    await expect
      .poll(() => at.page.locator('.lab-readouts [role=status]').textContent())
      .toMatch(/^t = 2\.000: \d+ clusters?, order parameter 0\.\d+\.$/);
    await button(at, 'One frame back').click();
    await expect.poll(() => frame(at).textContent()).toBe('19 of 20');
    await button(at, 'To the start').click();
    await expect.poll(() => frame(at).textContent()).toBe('0 of 20');
    await leave(at);
  });

  test('a link restores settings, frame and positions', async () => {
    const query =
      'lab.dynamics=usa&lab.n=12&lab.d=3&lab.seed=4&lab.step=0.05&lab.at=17&lab.yaw=80&lab.p.beta=1.5';
    const at = await enter(query);
    await expect.poll(() => frame(at).textContent()).toBe('17 of 400');
    await button(at, 'One frame on').click();
    await expect.poll(() => hash(at)).toContain('lab.at=18');
    await button(at, 'One frame back').click();
    await expect.poll(() => hash(at)).toBe(`#tab=lab&${query}`);
    const before = await positions(at);
    const other = await visits.visit(new URL(at.page.url()).hash);
    await expect.poll(() => frame(other).textContent()).toBe('17 of 400');
    expect(await positions(other)).toEqual(before);
    expect(await other.page.locator('#lab-p-beta').inputValue()).toBe('1.5');
    expect(await other.page.locator('#lab-dynamics').inputValue()).toBe('usa');
    await leave(other);
    await leave(at);
  });

  test('controls are those of the catalogue, and a change begins another run', async () => {
    const at = await enter('lab.at=5');
    await at.page.locator('#lab-dynamics').selectOption('multi_head');
    await expect.poll(() => at.page.locator('#lab-p-heads').inputValue()).toBe('4');
    await expect.poll(() => frame(at).textContent()).toBe('0 of 200');
    await at.page.locator('#lab-p-query').fill('diagonal:1,2,3');
    await at.page.locator('#lab-p-query').press('Enter');
    await at.page.getByText('query has 3 numbers on its diagonal').waitFor();
    await at.page.locator('#lab-p-query').fill('diagonal:1,2');
    await at.page.locator('#lab-p-query').press('Enter');
    await expect.poll(() => hash(at)).toContain('lab.p.query=diagonal:1,2');
    await at.page.locator('#lab-p-beta').fill('-3');
    await at.page.locator('#lab-p-beta').press('Enter');
    await at.page.getByText('beta is -3: expected a number from 0').waitFor();
    await at.page.locator('#lab-start').selectOption('von_mises_fisher');
    await at.page.locator('#lab-s-concentration').fill('50');
    await at.page.locator('#lab-s-concentration').press('Enter');
    await expect.poll(() => hash(at)).toContain('lab.s.concentration=50');
    await at.page.getByRole('button', { name: 'Sphere S²' }).click();
    await expect
      .poll(() => at.page.locator('.lab-canvas').getAttribute('aria-label'))
      .toMatch('in space');
    await leave(at);
  });

  test('what cannot be run says why in place, and goes when it is mended', async () => {
    const at = await visits.visit(open('lab.start=orthonormal'));
    await at.page.getByText('expected at most 2 orthonormal points').waitFor();
    await at.page.locator('#lab-n').fill('2');
    await at.page.locator('#lab-n').press('Enter');
    await expect.poll(() => frame(at).textContent()).toBe('0 of 200');
    await expect.poll(() => at.page.locator('.lab .notice').count()).toBe(0);
    await leave(at);
  });

  test('a dragged particle begins a run whose command line gives the same positions', async () => {
    const at = await enter('lab.n=6&lab.at=3');
    const canvas = at.page.locator('.lab-canvas');
    const [first] = await positions(at);
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    if (!box) throw new Error('the canvas has no box');
    // As circle.ts places them.
    const radius = 0.72 * (Math.min(box.width, box.height) / 2 - 6);
    const on = (x: number, y: number) =>
      [box.x + box.width / 2 + radius * x, box.y + box.height / 2 - radius * y] as const;
    await at.page.mouse.move(...on(first[0], first[1]));
    await at.page.mouse.down();
    await at.page.mouse.move(...on(0.2, -0.9), { steps: 4 });
    await at.page.mouse.up();
    await expect.poll(() => hash(at)).toContain('lab.start=given');
    await expect.poll(() => frame(at).textContent()).toBe('0 of 200');
    const moved = await positions(at);
    expect(moved.map(([x, y]) => Math.atan2(y, x))).toContainEqual(
      expect.closeTo(Math.atan2(-0.9, 0.2), 1),
    );
    for (let k = 0; k < 3; k++) await button(at, 'One frame on').click();
    await expect
      .poll(() => at.page.locator('.lab-spelled pre').first().textContent())
      .toMatch('--time 0.3');
    const shown = await positions(at);
    const folder = mkdtempSync(join(tmpdir(), 'schmetterling-dragged-'));
    const [file] = await Promise.all([
      at.page.waitForEvent('download'),
      at.page.locator('.lab-file').click(),
    ]);
    writeFileSync(join(folder, file.suggestedFilename()), readFileSync(await file.path()));
    const line = (await at.page.locator('.lab-spelled pre').first().textContent()) ?? '';
    const printed = execFileSync('sh', ['-c', line.replace('bin/', `${root}bin/`)], {
      cwd: folder,
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true, force: true });
    expect(JSON.parse(printed).positions.at(-1).flat()).toBeAllClose(shown.flat(), {
      absolute: 1e-10,
    });
    await leave(at);
  });

  test('by keyboard alone: play, scrub, move a particle, turn the sphere', async () => {
    const at = await enter('lab.n=8&lab.time=2');
    const { keyboard } = at.page;
    await at.page.locator('#tab-lab').focus();
    await keyboard.press('Tab');
    while (!(await at.page.locator('#lab-play').evaluate((e) => e === document.activeElement)))
      await keyboard.press('Tab');
    await keyboard.press('Enter');
    await expect.poll(() => frame(at).textContent()).toBe('20 of 20');
    await at.page.locator('#lab-frame').focus();
    await keyboard.press('ArrowLeft');
    await expect.poll(() => frame(at).textContent()).toBe('19 of 20');
    await at.page.locator('#lab-hand-angle').focus();
    const before = Number(await at.page.locator('#lab-hand-angle').inputValue());
    await keyboard.press('ArrowLeft');
    await expect.poll(() => hash(at)).toContain('lab.start=given');
    await expect.poll(() => frame(at).textContent()).toBe('0 of 20');
    const [[x, y]] = await positions(at);
    expect((180 / Math.PI) * Math.atan2(y, x)).toBeCloseTo(before - 1, 6);
    await at.page.locator('#lab-space-3').focus();
    await keyboard.press('Enter');
    await expect
      .poll(() => at.page.locator('.lab-canvas').getAttribute('aria-label'))
      .toMatch('in space');
    await at.page.locator('.lab-canvas').focus();
    await keyboard.press('ArrowLeft');
    await keyboard.press('ArrowDown');
    await expect.poll(() => hash(at)).toMatch(/lab\.yaw=35.*lab\.pitch=25/);
    await leave(at);
  });

  test('exports are files of their kinds, with the numbers shown', async () => {
    const at = await enter('lab.n=10&lab.time=1&lab.at=10');
    const energy = at.page.locator('.lab-charts .chart-value').first();
    await expect.poll(() => energy.textContent()).toMatch(/\d/);
    const png = readFileSync(await taken(at, 'png'));
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1280, 1348]);
    const svg = readFileSync(await taken(at, 'svg'), 'utf8');
    const circles = await at.page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      return [
        parsed.querySelector('parsererror') === null,
        parsed.querySelectorAll('circle').length,
      ];
    }, svg);
    expect(circles[0]).toBe(true);
    expect(circles[1]).toBeGreaterThanOrEqual(10);
    expect(svg).toContain('n = 10');
    // frames are measured beside the run, so the last row may come a moment later
    let measured: string[] = [];
    await expect
      .poll(async () => {
        measured = readFileSync(await taken(at, 'measured'), 'utf8')
          .trim()
          .split('\n');
        return measured[measured.length - 1].split(',')[0];
      })
      .toBe('1');
    const run = JSON.parse(readFileSync(await taken(at, 'json'), 'utf8'));
    expect(run.times).toBeAllClose([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(run.positions.at(-1)).toEqual(await positions(at));
    expect(measured[0]).toMatch(/^time,steps,particles,energy,cosine_mean/);
    const [time, steps, particles, value] = measured[measured.length - 1].split(',').map(Number);
    expect([time, steps, particles]).toEqual([1, 10, 10]);
    expect(Number(await energy.textContent())).toBeCloseTo(value, 1);
    expect(run.diagnostics.energy.at(-1)).toBe(value);
    await leave(at);
  });

  test('a preset plays, and names its paper', async () => {
    const at = await enter();
    await at.page.locator('#lab-preset').selectOption({ label: 'Repulsion spreads evenly' });
    await at.page.getByText('arXiv 2312.10794, section 9').first().waitFor();
    await button(at, 'Pause').waitFor();
    await expect.poll(() => hash(at)).toMatch(/lab\.dynamics=repulsion/);
    await button(at, 'Pause').click();
    await button(at, 'Play').waitFor();
    await leave(at);
  });

  test('the tokens of the sentence become particles, and it is said how', async () => {
    const at = await enter('');
    await button(at, 'Take the tokens of my sentence').click();
    await at.page.getByText('6 tokens at layer 0, along the 2 leading axes').waitFor();
    await expect.poll(async () => (await positions(at)).length).toBe(6);
    for (const [x, y] of await positions(at)) expect(Math.hypot(x, y)).toBeCloseTo(1, 12);
    expect(await at.page.locator('#sentence').isVisible()).toBe(true);
    await leave(at);
  });

  test('a locked link keeps settings from hands, and outputs free', async () => {
    const at = await enter('lock=lab&lab.n=10&lab.time=1');
    expect(await at.page.locator('#lab-dynamics').isDisabled()).toBe(true);
    expect(await at.page.locator('#lab-p-beta').isDisabled()).toBe(true);
    await at.page.getByText('The settings are locked by the link').waitFor();
    await button(at, 'Play').click();
    await expect.poll(() => frame(at).textContent()).toBe('10 of 10');
    expect((await positions(at)).length).toBe(10);
    await leave(at);
  });

  test('very many particles on the circle are a density, and the mean field lies over it', async () => {
    const at = await enter('lab.n=20000&lab.start=perturbed_circle&lab.p.beta=5&lab.step=0.5');
    await at.page.getByText('20,000 particles, counted in sectors').waitFor();
    await at.page.getByText('The line is the density that infinitely many').waitFor();
    await at.page.getByText('spectral: sums over modes').waitFor();
    await button(at, 'One frame on').click();
    await expect.poll(() => frame(at).textContent()).toBe('1 of 40');
    await leave(at);
  });

  test('another language keeps the run', async () => {
    const at = await enter('lab.n=10&lab.at=7');
    const runs = at.fetched.length;
    await at.page.locator('#language-de').click();
    await expect.poll(() => frame(at).textContent()).toBe('7 von 200');
    await at.page.getByText('Von hier beginnen').waitFor();
    expect(at.fetched.slice(runs).filter((url) => url.includes('worker'))).toEqual([]);
    await leave(at);
  });

  test('with less motion few pictures are painted, and the run goes on', async () => {
    const at = await visits.visit('#language=en', { reducedMotion: 'reduce' });
    await at.page.evaluate(() => {
      const { prototype } = CanvasRenderingContext2D;
      const { clearRect } = prototype;
      Object.assign(globalThis, { pictures: 0 });
      prototype.clearRect = function (...box) {
        if (this.canvas.className.includes('lab-canvas'))
          (globalThis as unknown as { pictures: number }).pictures++;
        clearRect.apply(this, box);
      };
    });
    await at.page.evaluate((to) => {
      location.hash = to;
    }, open('lab.n=10&lab.time=4&lab.speed=2'));
    await expect.poll(() => frame(at).textContent()).toBe('0 of 40');
    await button(at, 'Play').click();
    await expect.poll(() => frame(at).textContent()).toBe('40 of 40');
    const painted = await at.page.evaluate(
      () => (globalThis as unknown as { pictures: number }).pictures,
    );
    expect(painted).toBeLessThan(30);
    await leave(at);
  });

  test('a simulator that does not load says so, and where it stands', async () => {
    const at = await visits.visit('#language=en');
    await at.page.locator('.bars').first().waitFor();
    await at.page.route(/worker-.*\.js/, (route) => route.abort());
    await at.page.locator('#tab-lab').click();
    await at.page.locator('.lab .notice').waitFor();
    at.errors.length = 0;
    await leave(at);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of [desktop, phone])
      for (const query of ['lab.at=3', 'lab.dynamics=noisy&lab.d=3&lab.n=100'])
        test(`${query}, ${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
          const at = await enter(query, { colorScheme, viewport, reducedMotion: 'reduce' });
          for (const summary of await at.page.locator('.lab-folded summary').all())
            await summary.click();
          await at.page.locator('.lab-modes li').first().waitFor();
          await expectAccessible(at, viewport.width);
          await leave(at);
        });
});
