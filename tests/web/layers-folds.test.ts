/** What the Layers tab tells, and what it opens: its chapters, effects on the answer, the inside of a layer, all heads. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Trace } from '../../src/web/api.ts';
import { shadeOf } from '../../src/web/layers/heat-map.ts';
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
    expect(openFolds({ open: 'more,heads,nonsense' })).toEqual(['heads', 'more']);
    expect(withFold({ open: 'heads,more' }, 'heads')).toBe('more');
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

  for (const [colorScheme, viewport, language] of [
    ['light', desktop, 'en'],
    ['dark', phone, 'de'],
  ] as const)
    test(`everything open, ${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
      const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
      const open = 'inside,heads,effects,nearest,more';
      const at = await visits.visit(`#tab=layers&language=${language}&open=${open}`, options);
      await at.page.locator('.effects .cell').first().waitFor();
      await expectAccessible(at, viewport.width);
      await leave(at);
    });
});
