/** The Learn tab: its numbers without a browser, then its five steps in a real Chromium. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulate } from '../../src/flow/simulation.ts';
import type { Trace } from '../../src/web/api.ts';
import { largestGap } from '../../src/web/learn/layers.ts';
import { strands } from '../../src/web/learn/merge-map.ts';
import { rows } from '../../src/web/learn/notation.ts';

import { pairPath, pairRate, pairTime } from '../../src/web/learn/pair.ts';
import { firstEquals } from '../../src/web/learn/sentence.ts';
import { executablePath } from './chromium.ts';
import type { Visit, Visits } from './visits.ts';
import { desktop, expectAccessible, hash, leave, openVisits, phone } from './visits.ts';

const radians = (degrees: number) => (degrees * Math.PI) / 180;

describe('two particles on a circle', () => {
  test('at β = 0 the time is exact: tan(φ/2) decays like e^−t', () => {
    const time = pairTime(0, radians(120), radians(1));
    expect(time).toBeCloseTo(Math.log(Math.tan(radians(60)) / Math.tan(radians(0.5))), 12);
  });

  test('the path is that of the simulator', async () => {
    const beta = 3;
    const start = radians(140);
    const path = pairPath(beta, start, radians(5), 6);
    const { frames } = await simulate({
      dynamics: 'sa',
      parameters: { beta },
      init: [
        [1, 0],
        [Math.cos(start), Math.sin(start)],
      ],
      scheme: 'dopri5',
      tolerance: 1e-11,
      time: path[6][0],
      saveAt: path.map(([time]) => time),
    });
    const angles = frames.map(
      ({
        positions: {
          data: [a, b, c, d],
        },
      }) => Math.acos(a * c + b * d),
    );
    expect(angles).toBeAllClose(
      path.map(([, phi]) => phi),
      { absolute: 1e-8 }, // the simulator's tolerance of 1e-11 a step, over some thousand steps
    );
  });

  test('the rate is the derivative of the path', () => {
    const [before, , after] = pairPath(5, 1.001, 0.999, 2);
    const slope = (after[1] - before[1]) / (after[0] - before[0]);
    expect(slope / pairRate(5, 1)).toBeCloseTo(1, 5);
  });
});

describe('the steps’ numbers', () => {
  const onCircle = (angle: number) => [Math.cos(angle), Math.sin(angle)];
  const angles = [
    [0, 1, 2],
    [0, 1, 0.3],
    [0, 0.7, 0.3],
  ];
  const hidden_states = angles.map((frame) => frame.map(onCircle));
  const trace = { hidden_states, layers: [0, 1, 2], tokens: ['a', 'b', 'a'].map(token) };

  function token(text: string) {
    return { id: 0, text, start: 0, end: 1 };
  }

  test('strands run to the first member of their cluster, side by side', () => {
    const rows = strands(trace as unknown as Trace, 0.5).map((frame) =>
      frame.map(({ row }) => row),
    );
    expect(rows).toEqual([
      [0, 1, 2],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    const places = strands(trace as unknown as Trace, 0.5)[2].map(({ place }) => place);
    expect(places).toEqual([-1, 0, 1]);
  });

  test('finds the same word again, but not the blank', () => {
    expect(firstEquals(trace)).toEqual([0, 2]);
    expect(firstEquals({ tokens: ['', '__', 'b'].map(token) })).toBeNull();
  });

  test('the gap to the flow is the largest angle at the end', () => {
    const end = (...angles: number[]) => ({ hidden_states: [[], angles.map(onCircle)] });
    const gap = largestGap(end(0, 1, 2) as Trace, end(0.1, 1, 2.5) as Trace);
    expect(gap).toBeCloseTo((0.5 * 180) / Math.PI, 9);
  });

  test('the code of every symbol is there', () => {
    for (const { code } of rows) expect(existsSync(code), code).toBe(true);
  });
});

describe.skipIf(!executablePath)('the Learn tab', () => {
  let visits: Visits;
  beforeAll(async () => {
    visits = await openVisits();
  });
  afterAll(() => visits?.close());

  const trace = JSON.parse(
    readFileSync(new URL('fixtures/trace.json', import.meta.url), 'utf8'),
  ) as Trace;
  const visit: Visits['visit'] = (...where) => visits.visit(...where);
  const learn = (step: number, more = '') => `#tab=learn&language=en&step=${step}${more}`;
  const step = ({ page }: Visit) => page.locator('.step:visible');
  /** Waits until the step has its numbers. */
  const ready = (at: Visit) => step(at).locator('.facts dd').first().waitFor();
  const fact = (at: Visit, name: string) =>
    step(at).locator('.step-more .facts > div', { hasText: name }).locator('dd').textContent();

  test('is fetched when it opens, with fonts of its own server only', async () => {
    const at = await visit('#language=en');
    await at.page.locator('.runs li').first().waitFor();
    const heavy = () => at.fetched.filter((url) => /katex|woff/i.test(url));
    expect(heavy()).toEqual([]);
    await at.page.getByRole('tab', { name: 'Learn' }).click();
    await step(at).locator('.formula .katex').first().waitFor();
    await at.page.evaluate(() => document.fonts.ready);
    expect(heavy().length).toBeGreaterThan(0);
    expect(at.fetched.filter((url) => !url.startsWith(visits.server.url))).toEqual([]);
    expect(at.fetched.filter((url) => /\.(woff|ttf)$/.test(url))).toEqual([]);
    expect(await at.page.evaluate(() => document.fonts.check('16px KaTeX_Math'))).toBe(true);
    const formula = step(at).locator('.formula').first();
    expect(await formula.locator('math').count()).toBe(1);
    expect(await formula.locator('[aria-hidden=true].katex-html').count()).toBe(1);
    await leave(at);
  });

  test('1: the sentence becomes particles, and a word twice is two of them', async () => {
    const at = await visit(learn(1));
    await ready(at);
    expect(await step(at).locator('.vector').count()).toBe(trace.tokens.length);
    expect(await fact(at, 'tokens, with')).toBe(String(trace.tokens.length));
    const blank = trace.hidden_states[0][trace.tokens.length - 1];
    expect(await fact(at, 'length of')).toBe(Math.hypot(...blank).toFixed(6));
    const strip = step(at).locator('.vector canvas').first();
    expect(await strip.getAttribute('width')).toBe(String(trace.hidden_states[0][0].length));
    await step(at).locator('.vector').nth(2).click();
    expect(await fact(at, 'number of the token')).toBe(String(trace.tokens[2].id));
    await step(at).getByRole('button', { name: 'Say a word twice' }).click();
    await expect.poll(() => at.page.locator('#sentence').inputValue()).toMatch(/dog .* dog/);
    await step(at).getByText('They share').waitFor();
    await step(at).getByRole('button', { name: 'Put it back' }).click();
    await expect.poll(() => at.page.locator('#sentence').inputValue()).toMatch(/^Mein Lieblings/);
    await leave(at);
  });

  test('2: the shares are those of the trace, by head, layer and listener', async () => {
    const at = await visit(learn(2, '&layer=3&head=1&token=2'));
    await ready(at);
    const expected = trace.attentions[2][1][2];
    const shown = await step(at).locator('.attended-share').allTextContents();
    expect(shown).toEqual(expected.map((share) => `${(100 * share).toFixed(2)}%`));
    const sum = expected.reduce((total, share) => total + share, 0);
    expect(await fact(at, 'sum of the shares')).toBe(sum.toFixed(6));
    const most = Math.max(...expected).toFixed(4);
    expect(await fact(at, 'share of')).toBe(most);
    await step(at).locator('.attended-row').nth(4).click();
    await expect.poll(() => hash(at)).toContain('token=4');
    await step(at).getByText('ist listens to').waitFor();
    await step(at).getByRole('button', { name: 'Couple causally' }).click();
    await expect.poll(() => hash(at)).toContain('coupling=causal');
    await leave(at);
  });

  test('3: the paths lie over the flow, and one step goes the whole way', async () => {
    const at = await visit(learn(3));
    await ready(at);
    await expect.poll(() => step(at).locator('.flow-line').count()).toBe(trace.tokens.length);
    expect(await fact(at, 'largest angle')).toBe('0.00°'); // the stand-in's flow ends where its layers do
    const moved = Number(trace.diagnostics.displacement?.at(-1));
    expect(await fact(at, 'mean angle')).toBe(`${((moved * 180) / Math.PI).toFixed(1)}°`);
    await step(at).getByRole('button', { name: '16', exact: true }).click();
    await step(at).getByText('Layer 16 of 16').waitFor();
    await step(at).getByRole('button', { name: 'Set L = 1' }).click();
    await expect.poll(() => hash(at)).toContain('depth=1');
    await expect
      .poll(() => step(at).locator('.before-after dd').last().textContent())
      .toMatch(/^der Hund, 22/);
    await step(at).getByRole('button', { name: 'Put it back' }).click();
    await expect.poll(() => hash(at)).toContain('depth=16');
    await leave(at);
  });

  test('4: clusters, who merges when, and two particles with their exact numbers', async () => {
    const at = await visit(learn(4, '&layer=2&pairBeta=2.5&pairAngle=90'));
    await ready(at);
    expect(await fact(at, 'clusters at this layer')).toBe('5');
    await expect.poll(() => step(at).locator('.strand').count()).toBe(trace.tokens.length);
    await step(at).locator('#gather-tolerance').fill('0');
    await expect.poll(() => fact(at, 'clusters at this layer')).toBe('6');
    const time = pairTime(2.5, radians(90), radians(1)).toFixed(3);
    const pair = step(at).locator('.pair-card');
    expect(await pair.locator('dd').last().textContent()).toBe(time);
    await pair.getByLabel('β').fill('0');
    const exact = Math.log(1 / Math.tan(radians(0.5))).toFixed(3);
    await expect.poll(() => pair.locator('dd').last().textContent()).toBe(exact);
    await step(at).getByRole('button', { name: 'Couple by Sinkhorn' }).click();
    await expect.poll(() => hash(at)).toContain('coupling=sinkhorn');
    await leave(at);
  });

  test('5: the answers at each layer, as the lens has them', async () => {
    const at = await visit(learn(5));
    await ready(at);
    const bars = step(at).locator('.step-live .bar');
    expect(await bars.locator('.bar-number').first().textContent()).toBe('22.13%');
    await step(at).locator('#word-layer').fill('4');
    const lens = trace.logit_lens as unknown as {
      predictions: { token_str: string; score: number }[];
    }[];
    const best = lens[4].predictions.reduce((a, b) => (b.score > a.score ? b : a));
    await expect
      .poll(() => step(at).locator('.bar.best .bar-label').textContent())
      .toBe(best.token_str.trim());
    expect(await step(at).locator('.runs li').count()).toBeGreaterThan(0);
    await step(at).getByRole('button', { name: 'Say who likes dogs' }).click();
    await expect.poll(() => at.page.locator('#sentence').inputValue()).toMatch(/^Anna likes dogs/);
    await leave(at);
  });

  test('a link restores step, reader and numbers, in the other language too', async () => {
    const at = await visit('#tab=learn&step=4&reader=mathematician&pairAngle=77&language=de');
    await at.page.getByRole('heading', { name: 'Sie sammeln sich' }).waitFor();
    expect(await at.page.locator('#reader-mathematician').getAttribute('aria-pressed')).toBe(
      'true',
    );
    expect(await at.page.locator('#pairAngle').inputValue()).toBe('77');
    await at.page.locator('#language-en').click();
    await at.page.getByRole('heading', { name: 'They gather' }).waitFor();
    await expect
      .poll(() => hash(at))
      .toMatch(/tab=learn.*step=4.*reader=mathematician.*pairAngle=77/);
    await leave(at);
  });

  test('the keyboard goes from step to step, and focus goes along', async () => {
    const at = await visit(learn(1));
    await ready(at);
    await at.page.locator('#stop-2').focus();
    await at.page.keyboard.press('Enter');
    await at.page.getByRole('heading', { name: 'They listen to each other' }).waitFor();
    await at.page.getByRole('button', { name: 'Next: Layers' }).focus();
    await at.page.keyboard.press('Enter');
    const heading = at.page.getByRole('heading', { name: 'A layer is a small step' });
    await heading.waitFor();
    await expect.poll(() => heading.evaluate((node) => node === document.activeElement)).toBe(true);
    await at.page.locator('#reader-mathematician').focus();
    await at.page.keyboard.press('Space');
    await step(at).getByText('explicit scheme of order one').waitFor();
    expect(await step(at).locator('.formula').count()).toBe(2);
    await leave(at);
  });

  test('a symbol of the notation leads to its control', async () => {
    const at = await visit(learn(1));
    await ready(at);
    await at.page.locator('.notation').getByRole('button', { name: 'Layers: tolerance' }).click();
    await expect.poll(() => at.page.evaluate(() => document.activeElement?.id)).toBe('tolerance');
    await expect.poll(() => hash(at)).toContain('tab=layers');
    await at.page.locator('#tab-learn').click();
    await at.page.locator('.notation').getByRole('button', { name: 'step 4' }).click();
    await expect.poll(() => at.page.evaluate(() => document.activeElement?.id)).toBe('pairBeta');
    await leave(at);
  });

  test('papers open on a click only', async () => {
    const at = await visit(learn(1));
    await ready(at);
    const links = at.page.locator('.papers a');
    const hrefs = await links.evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    for (const href of hrefs) expect(href).toMatch(/^https:\/\/arxiv\.org\/abs\/\d{4}\.\d{5}$/);
    expect(at.fetched.filter((url) => url.includes('arxiv'))).toEqual([]);
    await leave(at);
  });

  for (const [colorScheme, viewport, reader] of [
    ['light', desktop, 'student'],
    ['dark', phone, 'mathematician'],
  ] as const)
    test(`every step, ${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
      const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
      const at = await visit(learn(1, `&reader=${reader}`), options);
      for (const number of [1, 2, 3, 4, 5]) {
        await at.page.locator(`#stop-${number}`).click();
        await ready(at);
        await expectAccessible(at, viewport.width);
      }
      await leave(at);
    });
});
