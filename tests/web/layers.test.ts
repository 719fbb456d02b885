/** The Layers tab's instruments: the tree of the clusters without a browser, then in a real Chromium. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clustersAt, dendrogram } from '../../src/diagnostics/clusters.ts';
import { fromRows } from '../../src/numerics/matrix.ts';
import type { Trace } from '../../src/web/api.ts';
import { layOutTree } from '../../src/web/layers/dendrogram.ts';
import { eventsAt, groupsAt } from '../../src/web/layers/groups.ts';
import { executablePath } from './chromium.ts';
import type { Visit, Visits } from './visits.ts';
import { hash, leave, openVisits, phone } from './visits.ts';

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
});
