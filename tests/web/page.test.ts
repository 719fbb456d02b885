/**
 * The page in a real Chromium against a stand-in server: what a reader sees and does, accessibility
 * by axe, and that nothing is fetched from elsewhere. Without a Chromium these tests are skipped.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { executablePath } from './chromium.ts';
import type { MockServer } from './mock-server.ts';
import type { Visit, Visits } from './visits.ts';
import { BUILT_PAGE, desktop, expectAccessible, hash, leave, openVisits, phone } from './visits.ts';

describe.skipIf(!executablePath)('the page', () => {
  let visits: Visits;
  let server: MockServer;

  beforeAll(async () => {
    visits = await openVisits();
    server = visits.server;
  });
  afterAll(() => visits?.close());

  const visit: Visits['visit'] = (...where) => visits.visit(...where);

  const answer = ({ page }: Visit) => page.locator('.sentence .answer:not(.open)');
  const open = (name: string) => `#tab=${name}&language=en`;

  test('comes answered, with bars, the rest of the mass and the answer of each layer', async () => {
    const at = await visit('');
    await expect.poll(() => answer(at).textContent()).toBe('der Hund');
    expect(await at.page.locator('.bar').count()).toBe(12);
    expect(await at.page.locator('.bar.best .bar-number').textContent()).toBe('22.13%');
    const numbers = await at.page
      .locator('.bar-number')
      .evaluateAll((all) => all.map((e) => e.getAttribute('title')));
    expect(numbers.map(Number).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    expect(await at.page.locator('[role=status]').textContent()).toMatch(/der Hund, 22\.13%/);
    await expect.poll(() => at.page.locator('.runs li').count()).toBe(3);
    await expect
      .poll(() => at.page.locator('.per-layer canvas').getAttribute('aria-label'))
      .toMatch(/der Hund: .* → 0\.221/);
    await leave(at);
  });

  test('an answer of several tokens opens into them, and the confidence stands in words and numbers', async () => {
    const at = await visit('#language=en');
    const best = at.page.locator('.bar.best details');
    await best.locator('summary').press('Enter');
    expect(await best.locator('li').allTextContents()).toEqual([
      '·der 50.00%',
      '·Hund 47.00%',
      '(the answer ends) 94.17%',
    ]);
    expect(await at.page.locator('.confidence').textContent()).toMatch(
      /^Guessing: the best answer has 22\.13%, .* as undecided as 11\.1\sto\s28\.8 equally likely answers\.$/,
    );
    await leave(at);
  });

  test('a second sentence shows its probabilities of the same answers, and a link keeps it', async () => {
    const at = await visit('#language=en');
    await expect.poll(() => answer(at).count()).toBe(1);
    expect(await at.page.locator('.compared').isVisible()).toBe(false);
    await at.page.locator('#other').fill('Mein Lieblingsessen ist __');
    await at.page.getByText('The best answer there: der Hund, 22.13%.').waitFor();
    // the stand-in gives the same numbers to every sentence
    const cells = await at.page
      .locator('.compared tbody tr')
      .first()
      .locator('td')
      .allTextContents();
    expect(cells[0]).toBe(cells[1]);
    expect(cells[2]).toBe('1.0 × as probable');
    expect(await at.page.locator('.compared tbody tr').count()).toBe(10);
    expect(await at.page.locator('.scatter .particle-dot').count()).toBe(10);
    await expect.poll(() => hash(at)).toContain('other=Mein+Lieblingsessen');
    await at.page.locator('#other').fill('');
    await expect.poll(() => at.page.locator('.compared').isVisible()).toBe(false);
    await leave(at);
  });

  test('fetches from its own server only, and little before the first answer', async () => {
    const at = await visit('');
    await expect.poll(() => answer(at).count()).toBe(1);
    await at.page.getByRole('tab', { name: 'Layers' }).click();
    await at.page.locator('.flow .mark').first().waitFor();
    expect(at.fetched.filter((url) => !url.startsWith(server.url))).toEqual([]);
    const first = at.fetched.findIndex((url) => url.endsWith('/api/predict'));
    const scripts = at.fetched.slice(0, first).filter((url) => url.endsWith('.js'));
    const sizes = scripts.map(
      (url) => gzipSync(readFileSync(join(BUILT_PAGE, new URL(url).pathname))).length,
    );
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(150_000);
    await leave(at);
  });

  test('a click on a word makes it the blank and fills the old one with the answer', async () => {
    const at = await visit('');
    await expect.poll(() => answer(at).count()).toBe(1);
    await at.page.getByRole('button', { name: 'Lieblingstier', exact: true }).click();
    await expect.poll(() => at.page.locator('#sentence').inputValue()).toBe('Mein __ ist der Hund');
    await expect.poll(() => server.asked.at(-1)).toBe('Mein __ ist der Hund');
    expect(await at.page.locator('#coupling-causal').isDisabled()).toBe(true);
    await leave(at);
  });

  test('own candidates get their probability and rank', async () => {
    const at = await visit('#language=en&targets=die%20Katze,%20der%20Wal');
    const own = at.page.locator('.bar.own');
    await expect.poll(() => own.count()).toBe(2);
    expect(await own.first().textContent()).toMatch(/rank 2.*die Katze.*16\.87%/);
    expect(await own.last().textContent()).toMatch(/below.*der Wal.*1\.2\u2009·\u200910⁻⁵/);
    await leave(at);
  });

  test('the blank can be read by the whole sentence too, on this tab alone, and a link keeps it', async () => {
    const at = await visit('#language=en');
    const first = at.page.locator('.ranking .bar').first();
    await expect.poll(() => first.textContent()).toMatch(/1.*der Hund.*22\.13%/);
    await at.page.getByRole('button', { name: 'both', exact: true }).click();
    await at.page.getByText('The geometric mean of both readings.').waitFor();
    await expect.poll(() => first.textContent()).not.toContain('der Hund');
    await first.locator('summary').click();
    expect(await first.locator('li').allTextContents()).toEqual([
      expect.stringMatching(/^the blank /),
      'the sentence 22.13%',
    ]);
    expect(hash(at)).toContain('reading=both');
    // the other tabs look at the blank's particle
    await at.page.getByRole('tab', { name: 'Layers' }).click();
    await expect.poll(() => answer(at).textContent()).toContain('der Hund');
    await at.page.getByRole('tab', { name: 'Predict' }).click();
    await expect.poll(() => first.textContent()).not.toContain('der Hund');
    await at.page.locator('#sentence').fill('My favourite');
    await at.page.getByText('next-token predictions').waitFor();
    expect(await at.page.locator('.reading').isVisible()).toBe(false);
    await leave(at);
  });

  test('a text without a blank gets next tokens, and the page says so', async () => {
    const at = await visit('#language=en&text=My%20favourite');
    await at.page.getByText('next-token predictions').waitFor();
    await at.page.getByRole('button', { name: 'add a blank at the end' }).click();
    await expect.poll(() => at.page.locator('#sentence').inputValue()).toBe('My favourite __');
    await leave(at);
  });

  test('late replies are dropped, and the previous answer stays dimmed meanwhile', async () => {
    const at = await visit('');
    await expect.poll(() => answer(at).count()).toBe(1);
    await at.page.locator('#sentence').fill('A slow animal is __');
    await at.page.locator('#sentence').press('Enter');
    await expect.poll(() => at.page.locator('.predict.stale .bar').count()).toBe(12);
    await at.page.locator('#sentence').fill('A quick animal is __');
    await at.page.locator('#sentence').press('Enter');
    const sentence = at.page.locator('.sentence');
    await expect.poll(() => sentence.textContent()).toBe('A quick animal is der Hund');
    server.release();
    await at.page.waitForTimeout(300);
    expect(await sentence.textContent()).toBe('A quick animal is der Hund');
    expect(await at.page.locator('.stale').count()).toBe(0);
    await leave(at);
  });

  test('a problem is told in place with its remedy, and goes when it is mended', async () => {
    const at = await visit('');
    await expect.poll(() => answer(at).count()).toBe(1);
    await at.page.locator('#sentence').fill('__ and __');
    await at.page.getByText('keep one __').waitFor();
    expect(await at.page.locator('.predict.stale .bar').count()).toBe(12);
    expect(await at.page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await at.page.locator('#sentence').fill('My favourite animal is __');
    await expect.poll(() => at.page.locator('.notice').count()).toBe(0);
    await at.page.locator('#sentence').fill('broken __');
    await at.page.getByRole('button', { name: /Try again in \d s/ }).waitFor();
    await leave(at);
  });

  test('without the server the page names the command that starts it', async () => {
    const at = await visit('');
    await expect.poll(() => answer(at).count()).toBe(1);
    await at.page.context().setOffline(true);
    await at.page.locator('#sentence').fill('My animal is __');
    await at.page.getByText('npm start').waitFor();
    await at.page.getByRole('tab', { name: 'Layers' }).click();
    await at.page.locator('#panel-layers .notice').waitFor();
    await at.page.context().setOffline(false);
    await at.page.locator('#panel-layers').getByRole('button', { name: 'Try again' }).click();
    await at.page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await at.page.locator('.flow .mark').first().waitFor();
    await expect.poll(() => at.page.locator('.notice').count()).toBe(0);
    await leave(at);
  });

  test('an emptied box says what to write', async () => {
    const at = await visit('');
    await at.page.locator('#sentence').fill('');
    await at.page.getByText('Write a sentence').waitFor();
    await expect.poll(() => at.page.locator('.bars:visible').count()).toBe(0);
    await leave(at);
  });

  test('the fragment restores the view', async () => {
    const at = await visit('#tab=layers&layer=4&token=3&head=2&language=de&theme=dark&depth=16');
    await at.page.getByText('Schicht 4 von 16').first().waitFor();
    expect(await at.page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await at.page.locator('html').getAttribute('lang')).toBe('de');
    expect(await at.page.locator('.particle[aria-pressed=true]').textContent()).toBe('tier');
    expect(await at.page.locator('.head-button[aria-pressed=true]').textContent()).toBe('Kopf 3');
    await at.page.locator('#language-en').click();
    await at.page.getByText('Layer 4 of 16').first().waitFor();
    await expect.poll(() => hash(at)).toMatch(/tab=layers.*layer=4.*token=3.*head=2/);
    await leave(at);
  });

  describe('of several models', () => {
    const several = ['lieblingstier', 'alltag'].map((name) => ({ name }));
    const usual = [{ name: 'lieblingstier' }];
    beforeEach(() => {
      server.models = [...several, { name: 'damaged', problem: 'config.json is missing' }];
    });
    afterEach(() => {
      server.models = usual;
    });
    const model = ({ page }: Visit) => page.getByRole('combobox', { name: 'Model' });
    const footer = ({ page }: Visit) => page.locator('.foot .run').textContent();

    test('one is chosen, kept in the address and asked for its layers too', async () => {
      const at = await visit('#language=en');
      await model(at).waitFor();
      expect(await model(at).inputValue()).toBe('lieblingstier');
      expect(await model(at).locator('option').allTextContents()).toEqual([
        'lieblingstier',
        'alltag',
      ]);
      const traced = at.page.waitForRequest(
        (request) =>
          request.url().endsWith('/api/trace') && request.postDataJSON().model === 'alltag',
      );
      await model(at).selectOption('alltag');
      await expect.poll(() => footer(at)).toMatch(/^alltag/);
      await traced;
      await expect.poll(() => hash(at)).toContain('model=alltag');
      await at.page.locator('#language-de').click();
      expect(await at.page.getByRole('combobox', { name: 'Modell' }).inputValue()).toBe('alltag');
      await at.page.reload();
      await expect.poll(() => footer(at)).toMatch(/^alltag/);
      await at.page.getByRole('combobox').selectOption('lieblingstier');
      await expect.poll(() => hash(at)).not.toContain('model');
      await leave(at);
    });

    test('one that is not here gives way to the default', async () => {
      const at = await visit('#language=en&model=gone');
      await expect.poll(() => footer(at)).toMatch(/^lieblingstier/);
      expect(await at.page.locator('.notice').count()).toBe(0);
      await expect.poll(() => hash(at)).not.toContain('model');
      await leave(at);
    });

    test('on a phone the choice has its place, and axe finds nothing', async () => {
      server.models = ['lieblingstier', 'a-model-with-a-rather-long-name'].map((name) => ({
        name,
      }));
      const at = await visit('#language=en', { viewport: phone, reducedMotion: 'reduce' });
      await model(at).waitFor();
      await expectAccessible(at, phone.width);
      await leave(at);
    });
  });

  describe('of somebody else', () => {
    const usual = [{ name: 'lieblingstier', horizon: 5 }];
    const bert = { name: 'bert', family: 'BERT', masks: true, head: true, depth: 8 };
    const refuse = (at: Visit) =>
      at.page.route('**/api/predict', (route) =>
        route.fulfill({ status: 400, json: { title: 'Invalid input', status: 400, detail: 'no' } }),
      );
    afterEach(() => {
      server.models = usual;
    });

    test('the first question is asked once, without depth and coupling', async () => {
      server.models = [bert];
      const bodies: unknown[] = [];
      const at = await visit('#language=en');
      await expect.poll(() => answer(at).count()).toBe(1);
      at.page.on('request', (request) => {
        if (request.url().endsWith('/api/predict')) bodies.push(request.postDataJSON());
      });
      await at.page.reload();
      await expect.poll(() => answer(at).count()).toBe(1);
      await at.page.waitForLoadState('networkidle');
      expect(bodies).toEqual([{ text: 'Mein Lieblingstier ist __', top: 10 }]);
      await leave(at);
    });

    test.each([
      ['en', bert, 'Mein Hund', /^This model fills blanks: write __ where it should answer/],
      ['de', bert, 'Mein Hund', /^Dieses Modell füllt Lücken: Schreibe __/],
      ['en', { ...bert, head: false }, 'Das ist __', /has no head that names words/],
      ['de', { ...bert, head: false }, 'Das ist __', /hat keinen Kopf, der Wörter nennt/],
    ])('what is not to be asked is one quiet line, %s', async (language, model, text, line) => {
      server.models = [model];
      const at = await visit(`#language=${language}`);
      await expect.poll(() => answer(at).count()).toBe(1);
      await refuse(at);
      await at.page.goto(`${server.url}#language=${language}&text=${encodeURIComponent(text)}`);
      await expect.poll(() => at.page.locator('.notice-place').innerText()).toMatch(line);
      expect(await at.page.locator('.notice').count()).toBe(0);
      await at.page.locator('#tab-layers').click();
      await at.page.locator('.trajectories, .dock').first().waitFor();
      await leave(at);
    });

    test('another refusal is told as one', async () => {
      server.models = [bert];
      const at = await visit('#language=en');
      await expect.poll(() => answer(at).count()).toBe(1);
      await refuse(at);
      await at.page.goto(`${server.url}#language=en&text=${encodeURIComponent('Das __ ist __')}`);
      await at.page.locator('.notice').getByText('This cannot be answered').waitFor();
      await leave(at);
    });
  });

  test('Sinkhorn’s coupling is for flows alone, and a link that asks for it asks for another', async () => {
    const flows = server.models;
    const coupling = ({ page }: Visit) => page.locator('#coupling-sinkhorn');
    const asked: unknown[] = [];
    for (const standard of [false, true]) {
      if (standard) server.models = [{ name: 'standard', depth: 4 }];
      const at = await visit('');
      at.page.on('request', (request) => {
        if (request.url().endsWith('/api/predict')) asked.push(request.postDataJSON().coupling);
      });
      await at.page.goto(`${server.url}#language=en&coupling=sinkhorn`);
      await at.page.reload();
      await expect.poll(() => answer(at).count()).toBe(1);
      expect(await coupling(at).isVisible()).toBe(!standard);
      expect(await at.page.locator('#coupling-hint').textContent()).toMatch(
        standard ? /only those before it\.$/ : /doubly stochastic/,
      );
      await at.page.waitForLoadState('networkidle');
      expect(asked.pop()).toBe(standard ? 'full' : 'sinkhorn');
      await leave(at);
    }
    server.models = flows;
  });

  test('with one model there is nothing to choose', async () => {
    const at = await visit('');
    await expect.poll(() => answer(at).count()).toBe(1);
    await at.page.waitForLoadState('networkidle');
    expect(at.fetched.some((url) => url.endsWith('/api/models'))).toBe(true);
    expect(await at.page.locator('#model').isDisabled()).toBe(true);
    await leave(at);
  });

  test('the keyboard changes tabs, steps through the layers and pins a particle', async () => {
    const at = await visit('#language=en');
    await at.page.locator('#tab-predict').focus();
    await at.page.keyboard.press('ArrowRight');
    await at.page.getByText('Layer 8 of 8').first().waitFor();
    await at.page.locator('#layer').focus();
    await at.page.keyboard.press('ArrowLeft');
    await at.page.getByText('Layer 7 of 8').first().waitFor();
    await at.page.getByRole('button', { name: 'tier', exact: true }).focus();
    await at.page.keyboard.press('Enter');
    await at.page.getByText(/tier looks most at/).waitFor();
    expect(await at.page.locator('.mark.selected text').textContent()).toBe('tier');
    await at.page.keyboard.press('ArrowLeft');
    await at.page.getByText('Layer 6 of 8').first().waitFor();
    await leave(at);
  });

  test('pointing and clicking in the picture selects in all panels', async () => {
    const at = await visit(open('layers'), { reducedMotion: 'reduce' });
    const dot = at.page.locator('.mark.blank .particle-dot');
    await dot.hover();
    await expect.poll(() => at.page.locator('.particle.selected').textContent()).toBe('‹blank›');
    await dot.click();
    expect(await at.page.locator('.particle[aria-pressed=true]').textContent()).toBe('‹blank›');
    expect(await at.page.locator('.attention .cells.dimmed .cell').count()).toBe(30);
    await leave(at);
  });

  test('clusters, merges, lens and diagnostics follow the layer', async () => {
    const at = await visit(`${open('layers')}&open=more&layer=5`, { reducedMotion: 'reduce' });
    await at.page.getByRole('button', { name: 'Lieblings and tier merge at layer 2' }).click();
    await at.page.getByText('Layer 2 of 8').first().waitFor();
    expect(await at.page.locator('.group:not(.alone)').allTextContents()).toEqual([
      'Lieblings · tier',
    ]);
    expect(await at.page.locator('.lens [aria-current] td').first().textContent()).toBe(
      'die Katze',
    );
    expect(await at.page.locator('.diagnostics canvas').count()).toBe(6);
    await at.page.locator('#tolerance').fill('0');
    await at.page.locator('.clusters').getByText('6 clusters').waitFor();
    await leave(at);
  });

  test('depth: errors, answers by the number of layers, and what theory promises', async () => {
    const at = await visit('#tab=depth&language=en');
    await at.page.getByText('and so do the layers from L = 16 on').waitFor();
    const runs = await at.page.locator('.panel-depth .run-button').allTextContents();
    expect(runs).toEqual(['L = 1–8die Katze', 'L = 16–∞der Schmetterling']);
    await at.page.getByText('at most 10¹²⁷ / L; measured is 3.020 / L').waitFor();
    const chart = await at.page.locator('.panel-depth canvas').first().getAttribute('aria-label');
    expect(chart).toMatch(/layers, order 1\.00: 0\.000 → −2\.408/);
    expect(await at.page.locator('.panel-depth .flow .mark').count()).toBe(6);
    // the stand-in has the same frames for every depth
    await at.page.getByText('end at most 0.000 from where the flow takes them').waitFor();
    await at.page.locator('.panel-depth .run-button').nth(1).click();
    await expect.poll(() => hash(at)).toContain('depth=16');
    expect(await at.page.locator('#tab-predict').getAttribute('aria-selected')).toBe('true');
    await leave(at);
  });

  test('layers against the flow are asked for when their tab opens, and once for every depth', async () => {
    const at = await visit('#language=en');
    const limits = () => at.fetched.filter((url) => url.endsWith('/api/limit/depth')).length;
    await at.page.locator('.bars').first().waitFor();
    expect(limits()).toBe(0);
    await at.page.locator('#tab-depth').click();
    await at.page.locator('.told li').first().waitFor();
    await at.page.locator('#tab-layers').click();
    await at.page.goto(`${server.url}#tab=layers&depth=16`);
    await at.page.locator('#tab-depth').click();
    await at.page.locator('.told li').first().waitFor();
    expect(limits()).toBe(1);
    await leave(at);
  });

  test.each([
    ['en', desktop, /MLP: does not converge up to m = 16/, '0.200'],
    ['de', phone, /MLP: konvergiert bis m = 16 nicht/, '0,200'],
  ] as const)(
    'of layers with weights of their own the depth tab takes parts in steps: %s',
    async (language, viewport, judged, number) => {
      const flows = server.models;
      server.models = [{ name: 'network', family: 'Llama' }];
      const at = await visit(`#tab=depth&language=${language}`, { viewport });
      const cells = at.page.locator('.refined-table.cells td');
      await expect.poll(() => cells.allTextContents()).toHaveLength(6);
      expect(await cells.nth(1).textContent()).toBe(number);
      expect(await cells.nth(1).evaluate((cell) => cell.style.getPropertyValue('--share'))).toBe(
        '1.000',
      );
      await at.page.getByText(judged).waitFor();
      expect(await at.page.locator('.panel-depth canvas:visible').count()).toBe(1);
      const chart = await at.page.locator('.refined-found canvas').getAttribute('aria-label');
      expect(chart).toMatch(/MLP: .* → -?−?0/);
      await expectAccessible(at, viewport.width);
      await leave(at);
      server.models = flows;
    },
  );

  describe('what the depth tab computes of a network on demand', () => {
    const flows = [{ name: 'lieblingstier', horizon: 5 }];
    beforeEach(() => {
      server.models = [{ name: 'network', family: 'Llama', depth: 3 }];
    });
    afterEach(() => {
      server.models = flows;
    });
    /** What it computes by itself has been asked for. */
    const enter = async (language = 'en', options = {}): Promise<Visit> => {
      const at = await visit(`#tab=depth&language=${language}`, options);
      await at.page.locator('.refined-table.cells').waitFor();
      return at;
    };
    const asked = async (path: string, act: (at: Visit) => Promise<void>, at: Visit) => {
      const request = at.page.waitForRequest((one) => one.url().endsWith(path));
      await act(at);
      return (await request).postDataJSON();
    };
    const cells = (at: Visit, title: string) =>
      at.page.getByRole('region', { name: title }).locator('td, tbody th').allTextContents();

    test('Jacobians of one layer, or of all', async () => {
      const at = await enter();
      const ask = (visit: Visit) => visit.page.locator('#jacobians-ask').click();
      const body = await asked('/api/limit/depth', ask, at);
      expect(body).toMatchObject({ jacobians: true, layers: [1], steps: [1], alone: 1 });
      const title = 'Which steps are too large?';
      await expect.poll(() => cells(at, title)).toHaveLength(12);
      expect((await cells(at, title)).slice(6, 11)).toEqual([
        ...['1', 'MLP', '30.00 *', '1.875', '1.000 ± 0.500 i'],
      ]);
      await at.page.locator('#jacobians-layer').selectOption('all');
      expect(await asked('/api/limit/depth', ask, at)).not.toHaveProperty('layers');
      await at.page.getByText('above 1 in 3 of 3 layers for a step of 1, in 3 for').waitFor();
      await at.page.getByText('attention: step × Lipschitz is above 1 in 0 of 3').waitFor();
      // of another sentence nothing is known
      await at.page.goto(`${server.url}${open('depth')}&text=Ein+Satz`);
      await expect.poll(() => at.page.locator('.asked-found:visible').count()).toBe(0);
      await leave(at);
    });

    test('flows of parts, with the time and the reason where one is given up', async () => {
      const at = await enter();
      await at.page.locator('#ends-layer').selectOption('2');
      const ask = (visit: Visit) => visit.page.locator('#ends-ask').click();
      expect(await asked('/api/limit/depth', ask, at)).toMatchObject({ dopri5: 1e-3, layers: [2] });
      await expect
        .poll(() => cells(at, 'Parts as flows'))
        .toEqual([
          ...['2', 'attention', '1.000', '0.500 nats, “Paris”', '12'],
          ...['2', 'MLP', '0.250', 'the steps became too small', '12'],
        ]);
      await at.page.getByText('given up in layer 2, MLP, at time 0.250 of 1').waitFor();
      await leave(at);
    });

    test('a layer alone, with its clusters against chance, by the keyboard', async () => {
      const at = await enter();
      await at.page.locator('#alone-layer').selectOption('3');
      await at.page.locator('#alone-part').selectOption('attention');
      await at.page.locator('#alone-time').fill('1000');
      const press = async ({ page }: Visit) => {
        await page.locator('#alone-ask').focus();
        await page.keyboard.press('Enter');
      };
      expect(await asked('/api/limit/layer', press, at)).toMatchObject({
        ...{ layer: 3, part: 'attention', scheme: 'dopri5', time: 1000 },
      });
      const told = at.page.locator('.asked').nth(2).locator('.told li');
      await expect.poll(() => told.count()).toBe(5);
      expect(await told.allTextContents()).toEqual([
        expect.stringMatching(/^Within 0\.10 rad: 6 clusters of 6 tokens at the start, 2 at time/),
        expect.stringMatching(/^At the start: .* p = 0\.600\. No clusters beyond chance\.$/),
        expect.stringMatching(/^At the end: 2 .* p = 0\.040\. These are clusters beyond chance\.$/),
        expect.stringMatching(/^Growing along rays: /),
        '40 steps, 2 rejected.',
      ]);
      await leave(at);
    });

    test.each(['en', 'de'] as const)('too much says why, and the command: %s', async (language) => {
      const at = await enter(language);
      const detail = 'these steps of 5 tokens take 4e+11 products, expected at most 2e+11';
      await at.page.route('**/api/limit/depth', (route) =>
        route.fulfill({ status: 422, json: { title: 'Too much', status: 422, detail } }),
      );
      await at.page.locator('#ends-ask').click();
      await at.page.getByText(detail).waitFor();
      const said = { en: /without a server this does it/, de: /ohne Server geht es so/ };
      await at.page.getByText(said[language]).waitFor();
      expect(await at.page.locator('.asked-command').textContent()).toMatch(
        /limit depth --model network --layers 1 --dopri5 0\.001 --json .*Mein Lieblingstier/,
      );
      await leave(at);
    });

    for (const [colorScheme, viewport, language] of [
      ['dark', { width: 390, height: 844 }, 'de'],
      ['light', desktop, 'en'],
    ] as const)
      test(`${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
        const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
        const at = await enter(language, options);
        for (const id of ['jacobians', 'ends', 'alone'])
          await at.page.locator(`#${id}-ask`).click();
        await expect.poll(() => at.page.locator('.asked-found:visible').count()).toBe(3);
        await expectAccessible(at, viewport.width);
        await leave(at);
      });
  });

  test('the depth tab shows reference slopes, and stacks without a limit', async () => {
    const at = await visit(open('depth'));
    const charts = at.page.locator('.depth-chart canvas');
    await expect.poll(() => charts.count()).toBe(3);
    await expect
      .poll(() => charts.nth(0).getAttribute('aria-label'))
      .toMatch(/slope −1: .*slope −4/);
    await expect
      .poll(() => charts.nth(2).getAttribute('aria-label'))
      .toMatch(/1\/√L, order 0\.50: .*ReLU layers, 1\/√L: no limit/);
    await leave(at);
  });

  test('any number of layers up to 512 can be typed, and few of them chosen by the slider', async () => {
    const at = await visit('#language=en');
    await at.page.locator('#depth').fill('317');
    await expect.poll(() => hash(at)).toContain('depth=317');
    const slider = at.page.locator('.depth-slider');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('317 layers');
    await slider.press('ArrowRight');
    await expect.poll(() => hash(at)).toContain('depth=320');
    await slider.press('End');
    await expect.poll(() => at.page.locator('#depth').inputValue()).toBe('512');
    await at.page.locator('#depth').fill('513');
    await at.page.locator('#depth').blur();
    expect(await at.page.locator('#depth').inputValue()).toBe('512');
    await leave(at);
  });

  test('play runs to the last layer and stops', async () => {
    const at = await visit(`${open('layers')}&depth=40&layer=34`);
    await at.page.getByRole('button', { name: 'Play' }).click();
    await at.page.getByRole('button', { name: 'Pause' }).waitFor();
    await at.page.getByText('Layer 40 of 40').first().waitFor();
    await at.page.getByRole('button', { name: 'Play' }).waitFor();
    await leave(at);
  });

  for (const tab of ['predict', 'layers', 'depth'] as const)
    for (const colorScheme of ['light', 'dark'] as const)
      for (const viewport of [desktop, phone])
        test(`${tab}, ${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
          const at = await visit(open(tab), { colorScheme, viewport, reducedMotion: 'reduce' });
          const ready = { predict: '.runs li', layers: '.flow .mark', depth: '.told li' };
          await at.page.locator(ready[tab]).first().waitFor();
          await expectAccessible(at, viewport.width);
          await leave(at);
        });
});
