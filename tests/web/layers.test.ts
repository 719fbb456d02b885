/** The Layers tab's instruments: the tree of the clusters without a browser, then in a real Chromium. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clustersAt, dendrogram } from '../../src/diagnostics/clusters.ts';
import { fromRows } from '../../src/numerics/matrix.ts';
import type { Trace } from '../../src/web/api.ts';
import type { Interventions } from '../../src/web/changes.ts';
import { interventionsOf, readChanges, withChange, writeChanges } from '../../src/web/changes.ts';
import { layOutTree } from '../../src/web/layers/dendrogram.ts';
import { eventsAt, groupsAt } from '../../src/web/layers/groups.ts';
import { executablePath } from './chromium.ts';
import type { Visit, Visits } from './visits.ts';
import { desktop, expectAccessible, hash, leave, openVisits, phone } from './visits.ts';

const fixture = JSON.parse(
  readFileSync(new URL('fixtures/trace.json', import.meta.url), 'utf8'),
) as Trace & {
  clusters: { tolerance: number; members: number[][] }[][];
  merges: { layer: number; tolerance: number; groups: number[][] }[];
};
const trace = { ...fixture, layers: fixture.hidden_states.map((_, k) => k) };
/** Of all angles at one layer. */
const treeOf = (layer: number) => dendrogram(fromRows(trace.hidden_states[layer]));

describe('clusters', () => {
  test('are those of the server at its tolerances, and so is what merges', () => {
    for (const [layer, levels] of trace.clusters.entries())
      for (const { tolerance, members } of levels)
        expect(groupsAt(trace, layer, tolerance)).toEqual(members);
    for (const tolerance of new Set(trace.merges.map((event) => event.tolerance)))
      expect(
        eventsAt(trace, tolerance)
          .filter(({ kind }) => kind === 'merge')
          .map(({ kind: _, ...event }) => event),
      ).toEqual(trace.merges.filter((event) => event.tolerance === tolerance));
  });

  test('the tree has a row for every particle, arms at its groups, and no two arms cross', () => {
    const tree = treeOf(5);
    const { order, joints } = layOutTree(tree);
    expect([...order].sort()).toEqual(order.map((_, i) => i));
    expect(joints.map(({ height }) => height)).toEqual(tree.merges.map(({ height }) => height));
    for (const { height } of joints) {
      const places = clustersAt(tree, height).map((members) =>
        members.map((i) => order.indexOf(i)).sort((a, b) => a - b),
      );
      for (const rows of places) expect(rows.at(-1)).toBe(rows[0] + rows.length - 1);
    }
    expect(joints[0].arms.map(({ row }) => order[row]).sort()).toEqual([2, 3]);
  });
});

describe('changes of the flow', () => {
  test('are text that comes back, one for each head, layer and kind', () => {
    const text = '2.5:off,0:2,*:0.5,2.5:3';
    expect(writeChanges(readChanges(text))).toBe(text);
    expect(readChanges('*:off,x,1:,2.5:off:3,-1:2')).toEqual([]);
    const once = withChange(readChanges('0:2,0.3:2'), { head: 0, layer: null, factor: 4 });
    expect(writeChanges(once)).toBe('0.3:2,0:4');
    const back = withChange(once, { head: 0, layer: null, factor: 1 });
    expect(writeChanges(back)).toBe('0.3:2');
  });

  test('are what the library takes', () => {
    expect(interventionsOf('')).toBeNull();
    expect(interventionsOf('2.5:off,0:2,*:0.5,1:off')).toEqual({
      ablate: [{ head: 2, layer: 5 }, { head: 1 }],
      scaleBeta: [{ factor: 2, head: 0 }, { factor: 0.5 }],
    });
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
  const count = ({ page }: Visit) => page.locator('.clusters .figure-number').textContent();

  describe('the line across the tree', () => {
    const line = ({ page }: Visit) => page.locator('#tolerance');
    /** Where the line stands at an angle, as a share of its way: its thumb is 22 px wide. */
    const placeOf = async (at: Visit, angle: number) => {
      const box = await line(at).boundingBox();
      if (!box) throw new Error('the line has no box');
      const largest = Number(await line(at).getAttribute('max'));
      return { x: box.x + 11 + ((box.width - 22) * angle) / largest, y: box.y + box.height / 2 };
    };
    const clusters = (layer: number, tolerance: number) =>
      `${clustersAt(treeOf(layer), tolerance).length} clusters`;

    test('is dragged, and clusters, colours and the address follow', async () => {
      const at = await enter('&layer=3');
      await line(at).scrollIntoViewIfNeeded();
      const [from, to] = [await placeOf(at, 0.5), await placeOf(at, 1)];
      await at.page.mouse.move(from.x, from.y);
      await at.page.mouse.down();
      await at.page.mouse.move(to.x, to.y, { steps: 5 });
      await at.page.mouse.up();
      await expect.poll(() => hash(at)).toMatch(/tolerance=(0\.9[5-9]|1(\.0[0-5])?)(&|$)/);
      expect(await count(at)).toBe(clusters(3, 1));
      expect(await at.page.locator('.joint.joined').count()).toBe(
        6 - clustersAt(treeOf(3), 1).length,
      );
      const opened = await visits.visit(hash(at));
      await expect.poll(() => count(opened)).toBe(clusters(3, 1));
      await leave(opened);
      await leave(at);
    });

    test('moves by the arrow keys, a hundredth each', async () => {
      const at = await enter('&layer=3&tolerance=0.52');
      expect(await count(at)).toBe(clusters(3, 0.52));
      await line(at).focus();
      await at.page.keyboard.press('ArrowRight');
      await at.page.keyboard.press('ArrowRight');
      await expect.poll(() => hash(at)).toContain('tolerance=0.54');
      expect(await count(at)).toBe(clusters(3, 0.54));
      expect(clusters(3, 0.54)).not.toBe(clusters(3, 0.52));
      expect(await line(at).getAttribute('aria-valuetext')).toBe('0.54 rad (31°)');
      await leave(at);
    });

    test('goes where a finger touches', async () => {
      const at = await enter('&layer=3', { viewport: phone, hasTouch: true });
      await line(at).scrollIntoViewIfNeeded();
      const { x, y } = await placeOf(at, 1.2);
      await at.page.touchscreen.tap(x, y);
      await expect.poll(() => hash(at)).toMatch(/tolerance=1\.[12]/);
      await expect.poll(() => count(at)).toBe(clusters(3, 1.2));
      await leave(at);
    });

    test('a leaf previews and pins its particle in all panels', async () => {
      const at = await enter('&layer=3');
      const leaf = at.page.locator('.leaf-name').getByText('tier', { exact: true });
      await leaf.hover();
      await expect.poll(() => at.page.locator('.particle.selected').textContent()).toBe('tier');
      await leaf.click();
      await expect.poll(() => hash(at)).toContain('token=3');
      await leave(at);
    });
  });

  describe('what if', () => {
    const told = ({ page }: Visit) => page.locator('.experiment-told');
    const row = ({ page }: Visit, name: string) =>
      page.locator('.experiment').getByRole('group', { name, exact: true });
    /** What the page asks of the changed flow. */
    const asked = ({ page }: Visit, fits: (body: Interventions) => boolean) =>
      page.waitForRequest((request) => {
        const body = request.url().endsWith('/api/trace') && request.postDataJSON();
        return body && 'ablate' in body && fits(body);
      });
    const body = async (request: ReturnType<typeof asked>) => (await request).postDataJSON();

    test('a head switched off in a layer, β of another scaled: the answers before and after', async () => {
      const at = await enter('&layer=5');
      expect(await told(at).textContent()).toContain('Here the answers will stand');
      expect(at.fetched.filter((url) => url.endsWith('/api/trace'))).toHaveLength(1);
      await at.page.getByRole('button', { name: 'only in layer 5' }).click();
      const first = asked(at, ({ ablate }) => ablate.length > 0);
      await at.page.getByRole('button', { name: 'Head 3 off', exact: true }).click();
      expect(await body(first)).toMatchObject({ ablate: [{ head: 2, layer: 5 }], scaleBeta: [] });
      await at.page.getByText('The best answer changes from “der Hund” (22.13%)').waitFor();
      await at.page.getByRole('button', { name: 'in every layer' }).click();
      const second = asked(at, ({ scaleBeta }) => scaleBeta.some(({ factor }) => factor === 2));
      await row(at, 'Head 1').getByRole('slider').focus();
      await at.page.keyboard.press('ArrowRight');
      await at.page.keyboard.press('ArrowRight');
      expect(await body(second)).toMatchObject({
        ablate: [{ head: 2, layer: 5 }],
        scaleBeta: [{ head: 0, factor: 2 }],
      });
      await expect.poll(() => hash(at)).toContain('changes=2.5:off,0:2');
      const cells = await at.page
        .locator('.effect tbody tr')
        .first()
        .locator('td')
        .evaluateAll((all) => all.map((e) => Number(e.getAttribute('title'))));
      expect(cells[2]).toBeCloseTo(cells[1] - cells[0], 12);
      expect(await at.page.locator('.effect tbody tr').count()).toBe(10);
      // the stand-in moves no particle
      await told(at).getByText('unchanged: 0.000; the sphere').waitFor();
      expect(await at.page.locator('.experiment .flow-line').count()).toBe(trace.tokens.length);
      await leave(at);
    });

    test('a link restores the changes, and each can be undone', async () => {
      const at = await enter('&changes=2.5:off,*:0.5,nonsense');
      await at.page.getByText('The best answer changes').waitFor();
      const list = at.page.getByRole('list', { name: 'Changed now' });
      expect(await list.getByRole('button').allTextContents()).toEqual([
        'Head 3 off in layer 5 ×',
        'All heads: β × 0.5 in every layer ×',
        'Undo all',
      ]);
      expect(await row(at, 'All heads').locator('output').textContent()).toBe('β × 0.5');
      await at.page.getByRole('button', { name: 'Undo: Head 3 off in layer 5' }).click();
      await expect.poll(() => hash(at)).toMatch(/changes=\*:0\.5(&|$)/);
      await at.page.getByRole('button', { name: /^Undo: All heads/ }).click();
      await told(at).getByText('Here the answers will stand').waitFor();
      expect(hash(at)).not.toContain('changes');
      await leave(at);
    });

    test('another language keeps them, a lock holds them, and what fails says why in place', async () => {
      const at = await enter('&changes=0:off&lock=changes');
      await at.page.getByText('The best answer changes').waitFor();
      expect(
        await at.page.getByRole('button', { name: 'Head 1 off', exact: true }).isDisabled(),
      ).toBe(true);
      await at.page.locator('#language-de').click();
      await at.page.getByText('Die beste Antwort wechselt von „der Hund“').waitFor();
      await leave(at);
      const broken = await visits.visit('#tab=layers&language=en');
      await broken.page.locator('.flow .mark').first().waitFor();
      await broken.page.route('**/api/trace', (route) =>
        route.fulfill({
          status: 400,
          contentType: 'application/problem+json',
          body: JSON.stringify({ status: 400, title: 'Invalid input', detail: 'no such head' }),
        }),
      );
      await broken.page.getByRole('button', { name: 'Head 1 off', exact: true }).click();
      await told(broken).getByText('no such head').waitFor();
      await leave(broken);
    });
  });

  for (const [colorScheme, viewport, language] of [
    ['light', desktop, 'en'],
    ['dark', phone, 'de'],
  ] as const)
    test(`all instruments, ${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
      const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
      const at = await visits.visit(`#tab=layers&language=${language}&changes=1:off`, options);
      await at.page.locator('.effect tbody tr').first().waitFor();
      await expectAccessible(at, viewport.width);
      await leave(at);
    });
});
