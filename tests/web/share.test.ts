/** Sharing: links, locks, files that open and hold the right numbers, on every tab. */
import { readFileSync } from 'node:fs';
import type { Page as BrowserPage } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dendrogram } from '../../src/diagnostics/clusters.ts';
import { fromRows } from '../../src/numerics/matrix.ts';
import { quoted } from '../../src/operations/spelling.ts';
import type { Prediction, Trace } from '../../src/web/api.ts';
import { onGlobe, seenFrom } from '../../src/web/layers/globe/projection.ts';
import { gramOf } from '../../src/web/layers/gram.ts';
import { guarded, locksOf } from '../../src/web/locks.ts';
import { commandOf, predictCall, programOf } from '../../src/web/share/calls.ts';
import { lockedLink } from '../../src/web/share/link.ts';
import { defaults, readFragment } from '../../src/web/state.ts';
import { createStore } from '../../src/web/store.ts';
import { executablePath } from './chromium.ts';
import type { Visit, Visits } from './visits.ts';
import { desktop, expectAccessible, hash, leave, openVisits, phone } from './visits.ts';

describe('calls', () => {
  const call = predictCall({ depth: 37, coupling: undefined, targets: ['der Hund', "l'ours"] });

  test('a command line quotes what a shell would read', () => {
    expect(commandOf(call, 'Mein Lieblingstier ist __', 'alltag')).toBe(
      "node bin/schmetterling.js predict --model alltag --depth 37 --targets 'der Hund,l'\\''ours' --json 'Mein Lieblingstier ist __'",
    );
    expect(commandOf(call, '-x __', 'alltag')).toMatch(/--json -- '-x __'$/);
    expect(quoted('$(rm) "x" `y`')).toBe('\'$(rm) "x" `y`\'');
  });

  test('a program holds the text as it is', () => {
    const program = programOf(call, 'a "b" \n`c` __', 'alltag');
    expect(program).toContain('fillBlank(model, "a \\"b\\" \\n`c` __", {');
    expect(program).not.toContain('coupling');
  });
});

describe('locks', () => {
  test('only what can be locked is, in one order', () => {
    expect(locksOf({ lock: 'coupling, depth,theme,nonsense' })).toEqual(['depth', 'coupling']);
    expect(locksOf({ lock: '' })).toEqual([]);
  });

  test('a patch of what is locked is dropped, the rest goes on', () => {
    const store = createStore({ ...defaults, lock: 'depth' });
    guarded(store).set({ depth: 1, layer: 3 });
    expect(store.get()).toMatchObject({ depth: 8, layer: 3 });
    store.set({ depth: 16 }); // a link may
    expect(store.get().depth).toBe(16);
  });

  test('a link with locks spells out what it locks, and comes back', () => {
    const state = { ...defaults, layer: 2 };
    const link = lockedLink('http://localhost/#layer=2&lock=tab', ['depth', 'token'], state);
    expect(new URL(link).hash).toBe('#layer=2&depth=8&lock=depth%2Ctoken');
    const opened = readFragment(new URL(link).hash, { ...defaults, depth: 1 });
    expect(opened).toMatchObject({ depth: 8, layer: 2, lock: 'depth,token' });
    expect(lockedLink(link, [], state)).not.toContain('lock');
  });
});

describe.skipIf(!executablePath)('sharing', () => {
  let visits: Visits;
  beforeAll(async () => {
    visits = await openVisits();
  });
  afterAll(() => visits?.close());

  const fixture = (name: string) =>
    JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
  const predicted = fixture('predict') as Prediction;
  const traced = fixture('trace') as Trace;
  const ready = {
    predict: '.runs li',
    layers: '.trajectories .mark:visible',
    depth: '.told li',
    learn: '.facts dd',
  };

  async function shareOn(tab: keyof typeof ready, more = ''): Promise<Visit> {
    const at = await visits.visit(`#tab=${tab}&language=en${more}`);
    await at.page.locator(`#panel-${tab} ${ready[tab]}`).first().waitFor();
    await at.page.getByRole('button', { name: 'Share and export' }).click();
    await at.page.getByRole('dialog').waitFor();
    return at;
  }

  /** The file that a button gives. */
  async function saved(page: BrowserPage, id: string): Promise<Buffer> {
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator(id).click()]);
    return readFileSync(await file.path());
  }

  const csvOf = async ({ page }: Visit, name: string) =>
    (await saved(page, `#share-${name}-csv`)).toString('utf8').trim().split('\n').slice(1);

  test('predict: the answers as CSV, SVG, PNG and JSON', async () => {
    const at = await shareOn('predict', '&targets=die%20Katze&other=Dein%20Tier%20ist%20__');
    const rows = (await csvOf(at, 'answers')).map((line) => line.split(','));
    expect(rows).toHaveLength(12);
    expect(rows.slice(0, 10).map(([, answer, score]) => [answer, Number(score)])).toEqual(
      predicted.predictions.map(({ token_str, score }) => [token_str.trim(), score]),
    );
    expect((await csvOf(at, 'candidates'))[0]).toContain('die Katze');
    expect((await csvOf(at, 'other'))[1]).toContain('die Katze');
    expect((await csvOf(at, 'lens')).length).toBe(5 * traced.logit_lens.length);
    const svg = (await saved(at.page, '#share-answers-svg')).toString('utf8');
    const told = await at.page.evaluate((source) => {
      const { documentElement } = new DOMParser().parseFromString(source, 'image/svg+xml');
      return [documentElement.tagName, documentElement.textContent];
    }, svg);
    expect(told[0]).toBe('svg');
    expect(told[1]).toMatch(/The ten best answers.*Mein Lieblingstier ist __ · .* · 8 layers/s);
    const png = await saved(at.page, '#share-answers-png');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(1440);
    const json = JSON.parse((await saved(at.page, '#share-json')).toString('utf8'));
    expect(json.predictions).toEqual(predicted.predictions);
    await leave(at);
  });

  test('layers in the plane of two answers: the paths as they are drawn', async () => {
    const at = await visits.visit('#tab=layers&language=en&plane=answers');
    await expect.poll(() => at.page.locator('.even-line').count()).toBe(1);
    await at.page.getByRole('button', { name: 'Share and export' }).click();
    const lines = await csvOf(at, 'trajectories');
    const numbers = lines.map((line) => line.split(',').slice(-2).map(Number));
    const paths = traced.tokens.flatMap((_, i) =>
      traced.hidden_states.map((frame) => frame[i].slice(0, 2)),
    );
    expect(numbers).toHaveLength(paths.length);
    for (const [k, [x, y]] of paths.entries()) {
      expect(numbers[k][0]).toBeCloseTo(x, 6);
      expect(numbers[k][1]).toBeCloseTo(y, 6);
    }
    await leave(at);
  });

  test('layers: paths, the matrix of the step and head looked at, cosines, diagnostics, the trace', async () => {
    const at = await shareOn('layers', '&layer=3&head=1');
    const cells = (await csvOf(at, 'attention')).map((line) => Number(line.split(',').at(-1)));
    expect(cells).toEqual(traced.attentions[2][1].flat());
    const paths = await csvOf(at, 'trajectories');
    expect(paths).toHaveLength(traced.tokens.length * traced.hidden_states.length);
    const [x, y] = traced.projection?.points[0][1] ?? [];
    expect(paths.find((line) => line.startsWith('Mein,'))).toBe(`Mein,0,${x},${y}`);
    const ranks = (await csvOf(at, 'diagnostics')).filter((line) => line.startsWith('Effective'));
    const known = traced.diagnostics.effective_rank;
    expect(ranks.map((line) => Number(line.split(',').at(-1)))).toEqual(known);
    const counts = (await csvOf(at, 'cosines')).map((line) => Number(line.split(',').at(-1)));
    expect(counts).toEqual(traced.diagnostics.cosine_histogram?.[3]);
    const gram = (await csvOf(at, 'gram')).map((line) => Number(line.split(',').at(-1)));
    const cosines = gramOf(traced.hidden_states[3]).flat();
    expect(gram).toBeAllClose(cosines, { absolute: 1e-12 });
    const tree = (await csvOf(at, 'tree')).map((line) => line.split(',').slice(-2).map(Number));
    const { merges } = dendrogram(fromRows(traced.hidden_states[3]));
    expect(tree).toHaveLength(4 * merges.length + 2);
    expect(tree[1][0]).toBeCloseTo(merges[0].height, 12);
    const json = JSON.parse((await saved(at.page, '#share-json')).toString('utf8'));
    expect(json.hidden_states).toEqual(traced.hidden_states);
    expect(json.merges).toEqual((fixture('trace') as { merges: unknown }).merges);
    await leave(at);
  });

  test('layers: the globe as it is turned', async () => {
    const at = await shareOn('layers', '&plane=123&yaw=40&pitch=10');
    const rows = await csvOf(at, 'globe');
    const { points } = onGlobe(traced.hidden_states);
    const [x, y] = seenFrom({ yaw: 40, pitch: 10 }, points[0][1]);
    const cells = rows.find((line) => line.startsWith('Mein,'))?.split(',') ?? [];
    const [first, second] = cells.slice(-2);
    expect([Number(first), Number(second)]).toBeAllClose([x, y], { absolute: 1e-9 });
    await leave(at);
  });

  test('layers under interventions: answers before and after, the changed paths, and the program', async () => {
    const at = await shareOn('layers', '&changes=2.5:off,0:2');
    const rows = (await csvOf(at, 'effect')).map((line) => Number(line.split(',').at(-1)));
    const scores = predicted.predictions.map(({ score }) => score).sort();
    expect(rows.slice(0, scores.length).sort()).toEqual(scores);
    expect(rows.slice(scores.length).sort()).toEqual(scores); // the stand-in swaps them
    expect((await csvOf(at, 'changed')).length).toBeGreaterThan(traced.tokens.length);
    const json = JSON.parse((await saved(at.page, '#share-json')).toString('utf8'));
    expect(json.effect.divergence).toBe(0.25);
    const code = at.page.getByRole('region', { name: 'As code' });
    expect(await code.textContent()).toContain('ablate: [{ head: 2, layer: 5 }]');
    expect(await at.page.getByRole('region', { name: 'As command line' }).count()).toBe(0);
    await leave(at);
  });

  test('depth: errors by the number of layers', async () => {
    const at = await shareOn('depth');
    const name = '"layers, order 1.00",';
    const rows = (await csvOf(at, 'errors')).filter((line) => line.startsWith(name));
    expect(rows.map((line) => line.slice(name.length).split(',').map(Number))).toEqual(
      [1, 2, 4, 8, 16, 32, 64, 128, 256].map((depth) => [depth, Math.log10(depth ** -1)]),
    );
    const all = (await csvOf(at, 'divergence')).map((line) =>
      line.split(',').slice(-2).map(Number),
    );
    expect(all[3]).toEqual([8, Math.log10(0.1 * 8 ** -2)]);
    const paths = await csvOf(at, 'trajectories');
    expect(paths.length).toBeGreaterThan(traced.tokens.length * traced.hidden_states.length); // and the flow
    const command = at.page.getByRole('region', { name: 'As command line' });
    expect(await command.textContent()).toMatch(/limit depth .*--depths 1,2,4,8,16,32,64,128,256 /);
    await leave(at);
  });

  test('learn: the pictures of each step', async () => {
    const names = [
      ['vectors', 'points'],
      ['listening', 'attention'],
      ['trajectories'],
      ['clusters', 'pair'],
      ['answers', 'lens'],
    ];
    const at = await visits.visit('#tab=learn&language=en&layer=3&head=1&token=2');
    for (const [i, expected] of names.entries()) {
      await at.page.locator(`#stop-${i + 1}`).click();
      await at.page.locator('.step:visible .facts dd').first().waitFor();
      if (i === 2) await at.page.locator('.flow-line').first().waitFor();
      await at.page.getByRole('button', { name: 'Share and export' }).click();
      const ids = at.page.locator('[id^=share-][id$=-csv]');
      await expect
        .poll(() => ids.evaluateAll((all) => all.map(({ id }) => id.split('-')[1])))
        .toEqual(expected);
      if (i === 1) {
        const shares = (await csvOf(at, 'listening')).map((line) => Number(line.split(',').at(-1)));
        expect(shares).toEqual(traced.attentions[2][1][2]);
      }
      if (i === 2) {
        const lines = traced.tokens.length * (traced.hidden_states.length + 22); // the flow's frames too
        expect(await csvOf(at, 'trajectories')).toHaveLength(lines);
      }
      await at.page.keyboard.press('Escape');
      await expect.poll(() => at.page.getByRole('dialog').count()).toBe(0);
    }
    await leave(at);
  });

  test('the keyboard opens it, goes through it and leaves it where it began', async () => {
    const at = await visits.visit('#language=en');
    await at.page.locator('.runs li').first().waitFor();
    await at.page.locator('#share').focus();
    await at.page.keyboard.press('Enter');
    await at.page.getByRole('dialog').waitFor();
    const link = await at.page.locator('#share-link').inputValue();
    await expect.poll(() => at.page.url()).toBe(link);
    const inside = () => at.page.evaluate(() => document.activeElement?.closest('dialog') !== null);
    await at.page.keyboard.press('Tab');
    expect(await inside()).toBe(true);
    await at.page.keyboard.press('Escape');
    await expect.poll(() => at.page.evaluate(() => document.activeElement?.id)).toBe('share');
    await leave(at);
  });

  test('a link can lock controls: they stand still, the outputs live', async () => {
    const at = await shareOn('predict', '&depth=16');
    await at.page.getByText('Fix controls in the link').click();
    for (const name of ['layers', 'coupling'])
      await at.page.getByLabel(name, { exact: true }).check();
    const link = await at.page.locator('#share-link').inputValue();
    expect(new URL(link).hash).toMatch(/depth=16&coupling=full&lock=depth%2Ccoupling$/);
    const opened = await visits.visit(new URL(link).hash);
    await expect.poll(() => opened.page.locator('.sentence .answer:not(.open)').count()).toBe(1);
    for (const id of ['#depth', '#ode', '#coupling-causal'])
      expect(await opened.page.locator(id).isDisabled()).toBe(true);
    await opened.page.getByText('Fixed by this link: layers, coupling.').waitFor();
    await opened.page.locator('#sentence').fill('My animal is __');
    await expect.poll(() => visits.server.asked.at(-1)).toBe('My animal is __');
    await opened.page.locator('#tab-depth').click();
    await opened.page.locator('.panel-depth .run-button').first().click(); // would set L = 1
    await expect
      .poll(() => opened.page.locator('#tab-predict').getAttribute('aria-selected'))
      .toBe('true');
    expect(hash(opened)).toMatch(/depth=16.*lock=depth,coupling/);
    await leave(opened);
    await leave(at);
  });

  test('the sentence, its words and the steps can be locked', async () => {
    const at = await visits.visit('#language=en&tab=learn&lock=text,step,tab');
    await at.page.locator('.facts dd').first().waitFor();
    for (const id of ['#sentence', '#stop-2', '#tab-predict'])
      expect(await at.page.locator(id).isDisabled()).toBe(true);
    expect(await at.page.getByRole('button', { name: 'Say a word twice' }).isDisabled()).toBe(true);
    expect(await at.page.locator('.vector').first().isEnabled()).toBe(true);
    await expectAccessible(at, desktop.width);
    await leave(at);
  });

  for (const [colorScheme, viewport] of [
    ['light', desktop],
    ['dark', phone],
  ] as const)
    test(`the dialog, ${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
      const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
      const at = await visits.visit('#tab=layers&language=en', options);
      await at.page.locator('.flow .mark').first().waitFor();
      await at.page.locator('#share').click();
      await at.page.getByRole('dialog').waitFor();
      await at.page.getByText('Fix controls in the link').click();
      await expectAccessible(at, viewport.width);
      await leave(at);
    });
});
