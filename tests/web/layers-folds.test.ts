/** What the Layers tab tells, and what it opens: its chapters, effects on the answer, the inside of a layer, all heads. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Trace } from '../../src/web/api.ts';
import { placeLabels } from '../../src/web/layers/geometry.ts';
import { shadeOf } from '../../src/web/layers/heat-map.ts';
import { keptFrom, keptOf } from '../../src/web/layers/kept.ts';
import { decisionOf, gatheringOf, mostHeard, strongestLook } from '../../src/web/layers/story.ts';
import { defaults, openFolds, withFold } from '../../src/web/state.ts';
import { executablePath } from './chromium.ts';
import type { Visit, Visits } from './visits.ts';
import { desktop, expectAccessible, hash, leave, openVisits, phone } from './visits.ts';

const fixture = JSON.parse(
  readFileSync(new URL('fixtures/trace.json', import.meta.url), 'utf8'),
) as Trace;
const trace = { ...fixture, layers: fixture.hidden_states.map((_, k) => k) };

describe('what a trace tells', () => {
  const best = (...answers: (string | null)[]) => ({
    logit_lens: answers.map((answer) => ({
      first_tokens: [],
      candidates: answer === null ? [] : [{ token_str: answer, score: 0.5 } as never],
    })),
  });

  test('the answer is decided in the first frame from which it stays the best', () => {
    expect(decisionOf(best('a', 'b', 'a', 'a'))).toMatchObject({
      answer: 'a',
      frame: 2,
      before: 'b',
    });
    expect(decisionOf(best('a', 'a'))).toMatchObject({ frame: 0, before: null });
    expect(decisionOf(best(null, null))).toBeNull();
    expect(decisionOf(best())).toBeNull();
  });

  test('the strongest look is the largest weight between two, and who is heard most has the largest mean', () => {
    const attentions = [
      [
        [
          [0.9, 0.1, 0],
          [0.7, 0.2, 0.1],
          [0.4, 0.3, 0.3],
        ],
      ],
    ];
    expect(strongestLook({ attentions })).toEqual({
      step: 0,
      head: 0,
      query: 1,
      key: 0,
      weight: 0.7,
    });
    expect(mostHeard({ attentions })).toEqual({ token: 0, share: 0.55 });
    expect(strongestLook({ attentions: [] })).toBeNull();
    expect(mostHeard({ attentions: [] })).toBeNull();
  });

  test('gathering counts clusters at both ends, and names the first merger', () => {
    const { before, after, first } = gatheringOf(trace, 0.5);
    expect([before, after]).toEqual([6, gatheringOf(trace, 0.5).after]);
    expect(first === null || first.kind === 'merge').toBe(true);
    expect(gatheringOf(trace, 3.2)).toMatchObject({ before: 1, after: 1, first: null });
  });

  test('folds are opened and shut in the order of the tab', () => {
    expect(withFold(defaults, 'more')).toBe('more');
    expect(openFolds({ open: 'more,inside,nonsense' })).toEqual(['inside', 'more']);
    expect(withFold({ open: 'inside,more' }, 'inside')).toBe('more');
  });

  test('a picture keeps the distances of its own plane, and of others what is left of them', () => {
    const states = [
      [0, 0, 0],
      [3, 4, 0],
      [3, 0, 4],
    ];
    const shown = states.map(([x, y]) => [x, y]);
    expect(keptFrom(states, shown, 0)).toEqual([1, 1, 0.6]);
    expect(keptOf(states, shown)).toEqual({
      mean: (1 + 0.6 + 4 / Math.hypot(4, 4)) / 3,
      least: { pair: [0, 2], share: 0.6 },
    });
    expect(keptOf([[1]], [[1]])).toEqual({ mean: 1, least: null });
  });

  test('of 45 names in a crowd those that are shown do not cover each other', () => {
    const points = Array.from({ length: 45 }, (_, i) => [
      300 + 40 * Math.cos(i * 2.4) * Math.sqrt(i / 45),
      200 + 40 * Math.sin(i * 2.4) * Math.sqrt(i / 45),
    ]) as [number, number][];
    const sizes = points.map(() => ({ width: 60, height: 18 }));
    const labels = placeLabels(points, sizes, { x: 0, y: 0, width: 600, height: 400 }, []);
    const shown = labels.filter(({ free }) => free).map(({ box }) => box);
    expect(shown.length).toBeGreaterThan(15);
    for (const [i, a] of shown.entries())
      for (const b of shown.slice(i + 1)) {
        const apart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        expect(apart).toBe(true);
      }
  });

  test('shades go by the square root to the largest', () => {
    expect([0, 0.25, 1, 4].map((value) => shadeOf(value, 1))).toEqual([0, 0.5, 1, 1]);
    expect(shadeOf(-0.25, 1)).toBe(0.5);
    expect(shadeOf(1, 0)).toBe(0);
  });
});

describe.skipIf(!executablePath)('the Layers tab', () => {
  let visits: Visits;
  beforeAll(async () => {
    visits = await openVisits();
  });
  afterAll(() => visits?.close());

  const enter = async (more = '', options = {}): Promise<Visit> => {
    const at = await visits.visit(`#tab=layers&language=en${more}`, options);
    await at.page.locator('.flow .mark').first().waitFor();
    return at;
  };

  test('tells its story in chapters, from whose sentences one goes to the layer', async () => {
    const at = await enter();
    expect(
      await at.page.locator('.chapter h2').evaluateAll((all) => all.map((e) => e.textContent)),
    ).toEqual(
      expect.arrayContaining(['What happens', 'Where it is decided', 'Who listens to whom']),
    );
    const look = strongestLook(trace);
    const told = at.page.locator('.chapter-told').nth(2);
    expect(await told.textContent()).toContain(`head ${(look?.head ?? 0) + 1}`);
    await told.getByRole('button').click();
    await expect.poll(() => hash(at)).toContain(`head=${look?.head}`);
    await leave(at);
  });

  test('fetches what is folded when it is opened, and a link opens it', async () => {
    const at = await enter();
    const scripts = () => at.fetched.filter((url) => /\/(more|card)-.*\.js$/.test(url)).length;
    const before = scripts();
    expect(await at.page.locator('.diagnostics').count()).toBe(0);
    await at.page.getByRole('button', { name: 'Open: More instruments' }).click();
    await at.page.locator('.diagnostics canvas').first().waitFor();
    expect(scripts()).toBeGreaterThan(before);
    await expect.poll(() => hash(at)).toContain('open=more');
    await leave(at);
  });

  describe('effects on the answer', () => {
    const card = ({ page }: Visit) => page.locator('.effects');
    const cells = (at: Visit) => card(at).locator('.cell');

    test('a grid of heads and layers, told, tried in “What if”, with the command that repeats it', async () => {
      const at = await enter('&open=effects&depth=4&model=lieblingstier');
      await cells(at).first().waitFor();
      expect(await cells(at).count()).toBe(4 * 2);
      expect(await card(at).locator('.effects-told').textContent()).toContain(
        'It becomes another in 4 of 8 changes.',
      );
      expect(await card(at).locator('.heat-legend').textContent()).toContain('4.100');
      expect(await card(at).locator('.effects-largest li').first().textContent()).toBe(
        'Layer 4, Head 2: 4.100 nats, it becomes “·die”, and “·der” keeps 10.00%.',
      );
      expect(await card(at).locator('pre').textContent()).toBe(
        "node bin/schmetterling.js effects --model lieblingstier --coupling full --depth 4 --of heads --json 'Mein Lieblingstier ist __'",
      );
      await card(at).locator('.effects-largest button').first().click();
      await expect.poll(() => hash(at)).toContain('changes=1.4:off');
      await leave(at);
    });

    test('by keys, in one layer, and of tokens from another sentence', async () => {
      const at = await enter('&open=effects&depth=4&layer=2&effects=patches');
      await card(at).getByText('Write the other sentence above.').waitFor();
      await card(at).getByLabel('The other sentence').fill('Dein Lieblingstier ist __');
      await at.page.keyboard.press('Enter');
      await cells(at).first().waitFor();
      expect(await cells(at).count()).toBe(5 * (trace.tokens.length + 1));
      await card(at).getByRole('button', { name: 'only layer 2' }).click();
      await expect.poll(() => cells(at).count()).toBe(trace.tokens.length + 1);
      await card(at).locator('.matrix-holder').focus();
      await at.page.keyboard.press('ArrowRight');
      expect(await card(at).locator('.readout').textContent()).toMatch(
        /^Layer 2, .*: 2\.000 nats, “·der” stays with 50\.00%, “·die” gets 25\.00%\.$/,
      );
      await leave(at);
    });

    test('its picture and numbers are files', async () => {
      const at = await enter('&open=effects&depth=4');
      const file = at.page.waitForEvent('download');
      await card(at)
        .getByRole('button', { name: /as CSV$/ })
        .click();
      expect((await file).suggestedFilename()).toBe('effects.csv');
      await leave(at);
    });
  });

  test('inside one layer: the head that adds most, all stages with numbers, and the command', async () => {
    const at = await enter('&open=inside&layer=3&model=lieblingstier');
    const card = at.page.locator('.inside');
    await card.locator('.inside-stages li').first().waitFor();
    expect(await card.locator('h3').allTextContents()).toEqual([
      ...['Q · K → softmax', 'V', 'O', 'step', 'normalise', 'As command line: inside layer'],
    ]);
    expect(await card.locator('.inside-head[aria-pressed=true]').textContent()).toBe('Head 21.500');
    const row = card.locator('.inside-table tbody tr').first();
    expect(await row.locator('.number').allTextContents()).toEqual(['1.500', '1.000']);
    expect(await card.locator('.inside-turned').textContent()).toContain('0.785 rad (45.0°)');
    expect(await card.locator('pre').textContent()).toContain(
      '--depth 8 --layer 3 --token 5 --json',
    );
    await card.locator('.strip').first().hover();
    expect(await card.locator('.inside-readout').textContent()).toBe('Query Q x_i: 1.500  0.000');
    await card.locator('.inside-head').first().click();
    await expect.poll(() => row.locator('.number').first().textContent()).toBe('0.500');
    await expect.poll(() => hash(at)).toContain('head=0');
    await at.page.locator('.particle').first().click();
    await expect.poll(() => card.locator('pre').textContent()).toContain('--token 0');
    await leave(at);
  });

  test('nearest words follow the particle, and mark the layer', async () => {
    const at = await enter('&open=nearest&layer=2&token=2');
    const rows = at.page.locator('.near-table tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(9);
    expect(await at.page.locator('.near-table [aria-current] th').textContent()).toBe('2');
    expect(await rows.first().locator('td').allTextContents()).toEqual([
      '·Lieblings0.90',
      'tier0.40',
    ]);
    await rows.nth(4).getByRole('button').click();
    await expect.poll(() => hash(at)).toContain('layer=4');
    await leave(at);
  });

  test('all heads of all layers: a click and the keys go to head and layer', async () => {
    const at = await enter();
    const all = at.page.locator('.multiples');
    await all.focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await at.page.keyboard.press(key);
    expect(await at.page.locator('.multiples-card .readout').textContent()).toMatch(
      /^Layer 2, head 2: .* looks most, at .* with \d\.\d\d\.$/,
    );
    await at.page.keyboard.press('Enter');
    await expect.poll(() => hash(at)).toMatch(/layer=2.*head=1/);
    await all.locator('canvas').click({ position: { x: 40, y: 30 } });
    await expect.poll(() => hash(at)).toMatch(/layer=1.*head=0/);
    await leave(at);
  });

  test('of somebody else’s network there is no inside of a flow, and its layers can be exchanged', async () => {
    const flows = visits.server.models;
    visits.server.models = [{ name: 'network', family: 'Llama', depth: 8 }];
    const at = await enter('&open=effects,nearest&layer=2');
    await at.page.locator('.near-table tr').first().waitFor();
    expect(await at.page.locator('.near-table tr').count()).toBe(1);
    expect(await at.page.locator('.fold-of-inside').isVisible()).toBe(false);
    expect(await at.page.getByRole('button', { name: 'Two answers' }).isVisible()).toBe(false);
    expect(await at.page.locator('#effects-in-one').getAttribute('aria-pressed')).toBe('true');
    await at.page.getByRole('button', { name: 'two layers exchanged' }).click();
    await expect.poll(() => hash(at)).toContain('effects=swaps');
    visits.server.models = flows;
    await leave(at);
  });

  test('lines between the words: all that are strong, or those of the selected one', async () => {
    const at = await enter('&layer=3&head=1');
    const rows = trace.attentions[2][1];
    const strong = rows.flatMap((row, i) => row.filter((w, j) => i !== j && w >= 0.1)).length;
    expect(await at.page.locator('.arc').count()).toBe(strong);
    await at.page.locator('.arc-word text').first().click();
    await expect.poll(() => hash(at)).toContain('token=0');
    expect(await at.page.locator('.arc:not(.heard)').count()).toBe(rows.length - 1);
    expect(await at.page.locator('.arc.heard').count()).toBe(rows.length - 1);
    await leave(at);
  });

  test('paths in the plane of two answers, with the line where both are equally likely', async () => {
    const at = await enter('&plane=answers');
    const card = at.page.locator('.trajectories');
    await card.getByText(/Drawn in the readout directions of “·der” and “·die”/).waitFor();
    await card.getByText(/·der ← more likely → ·die/).waitFor();
    expect(await card.locator('.even-line').count()).toBe(1);
    await card.getByText(/^Of a distance the picture keeps \d+% on average/).waitFor();
    const other = card.getByLabel('The other answer');
    const second = await other.inputValue();
    await other.selectOption({ index: 3 });
    expect(await other.inputValue()).not.toBe(second);
    await expect.poll(() => hash(at)).toContain('versus=');
    await card.getByRole('button', { name: '1 · 3' }).click();
    await card.getByText(/^principal axis 3/).waitFor();
    expect(await card.locator('.even-line').count()).toBe(0);
    await leave(at);
  });

  test('a selected path has its layers’ numbers, and lines to the others as full as their distance is kept', async () => {
    const at = await enter('&token=5');
    expect(await at.page.locator('.trajectories .tie').count()).toBe(trace.tokens.length - 1);
    expect(await at.page.locator('.trajectories .layer-number').first().textContent()).toBe('0');
    expect(await at.page.locator('.trajectories .layer-mark').count()).toBeGreaterThan(0);
    await leave(at);
  });

  test('of 45 tokens the matrix keeps cells that can be read, and scrolls in its card', async () => {
    const long = 45;
    const at = await visits.visit('favicon.svg');
    await at.page.route('**/api/trace', async (route) => {
      const reply = await (await route.fetch()).json();
      const many = <V>(values: V[]) =>
        Array.from({ length: long }, (_, i) => values[i % values.length]);
      const frames = reply.hidden_states.map(many);
      const attentions = reply.attentions.map((heads: number[][][]) =>
        heads.map((rows) => many(rows.map((row) => many(row)))),
      );
      const projection = { ...reply.projection, points: reply.projection.points.map(many) };
      await route.fulfill({
        json: {
          ...reply,
          tokens: many(reply.tokens),
          hidden_states: frames,
          attentions,
          projection,
        },
      });
    });
    await at.page.goto(`${visits.server.url}#tab=layers&language=en`);
    await at.page.locator('.attention .cell').first().waitFor();
    expect(await at.page.locator('.attention .cell').count()).toBe(long ** 2);
    const box = await at.page.locator('.attention .cell').first().boundingBox();
    expect(box?.width).toBeGreaterThan(11);
    const wide = await at.page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(desktop.width);
    await leave(at);
  });

  for (const [colorScheme, viewport, language] of [
    ['light', desktop, 'en'],
    ['dark', phone, 'de'],
  ] as const)
    test(`everything open, ${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
      const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
      const open = 'nearest,effects,inside,more';
      const at = await visits.visit(`#tab=layers&language=${language}&open=${open}`, options);
      for (const part of [
        '.effects .cell',
        '.inside-stages li',
        '.near-table tr',
        '.diagnostics canvas',
      ])
        await at.page.locator(part).first().waitFor();
      await expectAccessible(at, viewport.width);
      await leave(at);
    });
});
