/** The Layers tab's instruments: the tree of the clusters without a browser, then in a real Chromium. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clustersAt, dendrogram } from '../../src/diagnostics/clusters.ts';
import { spans } from '../../src/diagnostics/survey/told.ts';
import { fromRows } from '../../src/numerics/matrix.ts';
import type { SurveyReply, Trace } from '../../src/web/api.ts';
import type { Interventions } from '../../src/web/interventions.ts';
import {
  interventionsOf,
  readInterventions,
  withIntervention,
  writeInterventions,
} from '../../src/web/interventions.ts';
import { layOutTree } from '../../src/web/layers/dendrogram.ts';
import { between, facing, onGlobe, seenFrom } from '../../src/web/layers/globe/projection.ts';
import { gramOf } from '../../src/web/layers/gram.ts';
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
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, k) => sum + value * b[k], 0);
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

describe('interventions in the flow', () => {
  test('are text that comes back, one for each head, layer and kind', () => {
    const text = '2.5:off,0:2,*:0.5,2.5:3';
    expect(writeInterventions(readInterventions(text))).toBe(text);
    expect(readInterventions('*:off,x,1:,2.5:off:3,-1:2')).toEqual([]);
    const once = withIntervention(readInterventions('0:2,0.3:2'), {
      head: 0,
      layer: null,
      factor: 4,
    });
    expect(writeInterventions(once)).toBe('0.3:2,0:4');
    const back = withIntervention(once, { head: 0, layer: null, factor: 1 });
    expect(writeInterventions(back)).toBe('0.3:2');
  });

  test('are what the library takes', () => {
    expect(interventionsOf('')).toBeNull();
    expect(interventionsOf('2.5:off,0:2,*:0.5,1:off')).toEqual({
      ablate: [{ head: 2, layer: 5 }, { head: 1 }],
      scaleBeta: [{ factor: 2, head: 0 }, { factor: 0.5 }],
    });
  });

  test('are MLPs too, of layers that have them', () => {
    const text = 'mlp.2:off,mlp:off,1:off';
    expect(writeInterventions(readInterventions(text))).toBe(text);
    expect(readInterventions('mlp:2')).toEqual([]);
    const nothing = { ablate: [], scaleBeta: [] };
    expect(interventionsOf('mlp.2:off,mlp.3:off', 3)).toEqual({ ...nothing, ablateMlp: [2, 3] });
    expect(interventionsOf('mlp:off,mlp.2:off', 3)).toEqual({ ...nothing, ablateMlp: [1, 2, 3] });
    expect(interventionsOf('mlp:off')).toBeNull();
    expect(interventionsOf('mlp:off,1:off')).toEqual({ ablate: [{ head: 1 }], scaleBeta: [] });
  });
});

describe('the globe of a trace', () => {
  const { points, explained } = onGlobe(trace.hidden_states);

  test('shares of the squared length are those of the three directions', () => {
    const lengths = trace.hidden_states.flat().reduce((sum, x) => sum + dot(x, x), 0);
    const seen = points.flat().reduce((sum, one) => sum + one.seen ** 2, 0);
    expect(explained.reduce((a, b) => a + b)).toBeCloseTo(seen / lengths, 9);
    for (const { at } of points.flat()) expect(Math.hypot(...at)).toBeCloseTo(1, 12);
  });

  test('in three dimensions it is the sphere itself: all angles stay', () => {
    const frame = [
      [1, 0, 0],
      [0, 1, 0],
      [0.6, 0, 0.8],
    ];
    const [now] = onGlobe([frame]).points;
    for (const [i, x] of frame.entries())
      for (const [j, y] of frame.entries())
        expect(dot(now[i].at, now[j].at)).toBeCloseTo(dot(x, y), 9);
  });

  test('the way between two frames is a great circle at an even pace', () => {
    const [a, b] = [points[0][3], points[8][3]];
    const whole = Math.acos(dot(a.at, b.at));
    for (const part of [0, 0.25, 0.5, 1])
      expect(Math.acos(Math.min(1, dot(a.at, between(a, b, part).at)))).toBeCloseTo(
        part * whole,
        6,
      );
  });

  test('turned to a point, it lies before the reader, a little aside', () => {
    const point = { at: [0.6, 0.48, 0.64] as const, seen: 1 };
    const [right, up, near] = seenFrom(facing(point), point);
    expect(Math.hypot(right, up, near)).toBeCloseTo(1, 12);
    expect(near).toBeGreaterThan(0.9);
    expect(right).toBeLessThan(0);
    expect(seenFrom({ yaw: 90, pitch: 0 }, point).map((v) => v.toFixed(6))).toEqual([
      ...['-0.640000', '0.480000', '0.600000'],
    ]);
  });
});

describe.skipIf(!executablePath)('the Layers tab', () => {
  let visits: Visits;
  beforeAll(async () => {
    visits = await openVisits();
  });
  afterAll(() => visits?.close());

  const enter = async (more = '', options = {}): Promise<Visit> => {
    const at = await visits.visit(`#tab=layers&open=more&language=en${more}`, options);
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

  test('the Gram matrix tells the cosine of every pair, by pointer and by keys', async () => {
    const at = await enter('&layer=3&token=3');
    const card = at.page.locator('.gram');
    const told = card.locator('.readout');
    expect(await told.textContent()).toMatch(
      /^tier is nearest to Lieblings \(0\.97\) and farthest/,
    );
    const values = gramOf(trace.hidden_states[3]);
    await card.locator('.matrix-holder').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await at.page.keyboard.press(key);
    expect(await told.textContent()).toBe(`Mein · Mein: ${values[1][1].toFixed(4)}`);
    await card
      .locator('.cell')
      .nth(6 * 2 + 3)
      .hover();
    await expect
      .poll(() => told.textContent())
      .toBe(`Lieblings · tier: ${values[2][3].toFixed(4)}`);
    const negative = values.flat().filter((value) => value < 0).length;
    expect(await card.locator('.cell.negative').count()).toBe(negative);
    await leave(at);
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

    test('a link restores the interventions, and each can be undone', async () => {
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

  describe('the globe', () => {
    let canDraw = false;
    beforeAll(async () => {
      const at = await visits.visit('favicon.svg');
      canDraw = await at.page.evaluate(
        () => new OffscreenCanvas(1, 1).getContext('webgl2') !== null,
      );
      await leave(at);
    });
    beforeEach(({ skip, task }) => {
      if (!canDraw && !task.name.startsWith('without')) skip('this Chromium has no WebGL 2');
    });
    const three = ({ fetched }: Visit) =>
      fetched.filter((url) => /globe|view-.*\.js$/.test(url)).length;
    const stage = ({ page }: Visit) => page.locator('.globe');
    const picture = (at: Visit) => stage(at).locator('canvas').screenshot();
    const globe = async (more = '', options = {}): Promise<Visit> => {
      const at = await visits.visit(`#tab=layers&language=en&plane=123${more}`, options);
      await at.page.locator('.globe-names .mark').first().waitFor();
      return at;
    };
    /** Counts the pictures that are drawn from now on; the clock goes on by a little whenever it is read, however busy the machine. */
    const count = ({ page }: Visit) =>
      page.evaluate(() => {
        let time = performance.now();
        performance.now = () => {
          time += 8;
          return time;
        };
        const { prototype } = WebGL2RenderingContext;
        const { clear } = prototype;
        Object.assign(globalThis, { drawn: 0 });
        prototype.clear = function (bits) {
          (globalThis as unknown as { drawn: number }).drawn++;
          clear.call(this, bits);
        };
      });
    const drawn = ({ page }: Visit) =>
      page.evaluate(() => (globalThis as unknown as { drawn: number }).drawn);

    test('is fetched when it is opened, drawn, named, and says how much it shows', async () => {
      const at = await enter();
      const before = three(at);
      await at.page.getByRole('button', { name: 'Sphere 3-D' }).click();
      await expect.poll(() => at.page.locator('.globe-names .mark').count()).toBe(6);
      expect(three(at)).toBeGreaterThan(before);
      await expect.poll(() => hash(at)).toContain('plane=123');
      const { explained } = onGlobe(trace.hidden_states);
      const shares = explained.map((share) => `${Math.round(100 * share)}%`).join(', ');
      await at.page.getByText(`They hold ${shares} of the squared lengths`).waitFor();
      expect(await at.page.locator('.trajectories .flow').isVisible()).toBe(false);
      await at.page.getByRole('button', { name: '1 · 3' }).click();
      expect(await at.page.locator('.trajectories .flow').isVisible()).toBe(true);
      expect(await stage(at).isVisible()).toBe(false);
      await leave(at);
    });

    test('is turned by a drag and by the keys, which a link restores', async () => {
      const at = await globe('&yaw=40&pitch=10', { reducedMotion: 'reduce' });
      const first = await picture(at);
      await stage(at).focus();
      await at.page.keyboard.press('ArrowLeft');
      await at.page.keyboard.press('ArrowDown');
      await expect.poll(() => hash(at)).toMatch(/yaw=45&pitch=15/);
      expect(await at.page.getByText('Layer 8 of 8').first().isVisible()).toBe(true);
      const second = await picture(at);
      expect(second.equals(first)).toBe(false);
      const box = await stage(at).boundingBox();
      if (!box) throw new Error('the globe has no box');
      await at.page.mouse.move(box.x + 100, box.y + 100);
      await at.page.mouse.down();
      await at.page.mouse.move(box.x + 140, box.y + 100, { steps: 4 });
      await at.page.mouse.up();
      await expect.poll(() => hash(at)).toMatch(/yaw=25&pitch=15/);
      const other = await visits.visit(hash(at), { reducedMotion: 'reduce' });
      await other.page.locator('.globe-names .mark').first().waitFor();
      const places = (visit: Visit) =>
        visit.page.locator('.globe-names text').evaluateAll((all) => all.map((e) => e.outerHTML));
      expect(await places(other)).toEqual(await places(at));
      await leave(other);
      await leave(at);
    });

    test('a dot previews and pins, and the clusters follow the layer', async () => {
      const at = await globe('', { reducedMotion: 'reduce' });
      // the place of the answer comes before the reader
      const name = at.page.locator('.globe-names .blank text');
      const box = await name.boundingBox();
      if (!box) throw new Error('the globe has no box');
      let found = false;
      for (let x = box.x - 40; x < box.x + box.width + 40 && !found; x += 8) {
        await at.page.mouse.move(x, box.y + box.height / 2);
        found = (await at.page.locator('.particle.selected').count()) > 0;
      }
      expect(await at.page.locator('.particle.selected').textContent()).toBe('‹blank›');
      await at.page.mouse.down();
      await at.page.mouse.up();
      await expect.poll(() => hash(at)).toContain('token=5');
      await leave(at);
    });

    test('glides from layer to layer, but not for a reader who wants less motion', async () => {
      const steps = async (options: object) => {
        const at = await globe('&layer=3', options);
        await count(at);
        await at.page.getByRole('button', { name: 'Next layer' }).click();
        await at.page.getByText('Layer 4 of 8').first().waitFor();
        return at;
      };
      const jumping = await steps({ reducedMotion: 'reduce' });
      await expect.poll(() => drawn(jumping)).toBeGreaterThan(0);
      await jumping.page.waitForTimeout(200);
      expect(await drawn(jumping)).toBeLessThanOrEqual(2);
      await leave(jumping);
      const gliding = await steps({ reducedMotion: 'no-preference' });
      await expect.poll(() => drawn(gliding)).toBeGreaterThan(10);
      await leave(gliding);
    });

    test('without WebGL the paths stay flat, and it is said; nothing is fetched for it', async () => {
      const at = await visits.visit('#language=en');
      await at.page.addInitScript(() => {
        const { prototype } = HTMLCanvasElement;
        const original = prototype.getContext as (
          this: HTMLCanvasElement,
          ...asked: unknown[]
        ) => unknown;
        Object.assign(prototype, {
          getContext(this: HTMLCanvasElement, kind: string, ...more: unknown[]) {
            return kind.startsWith('webgl') ? null : original.call(this, kind, ...more);
          },
        });
      });
      await at.page.goto(`${visits.server.url}#tab=layers&language=en`);
      await at.page.reload();
      await at.page.locator('.flow .mark').first().waitFor();
      const before = three(at);
      await at.page.getByRole('button', { name: 'Sphere 3-D' }).click();
      await at.page.getByText('This browser offers no WebGL 2').waitFor();
      expect(await at.page.locator('.trajectories .flow .mark').count()).toBe(6);
      expect(three(at)).toBe(before);
      await at.page.getByRole('button', { name: '2 · 3' }).click();
      expect(await at.page.getByText('This browser offers no WebGL 2').isVisible()).toBe(false);
      await leave(at);
    });

    test('one that cannot be fetched says so, and is asked for again', async () => {
      const at = await enter();
      const scripts = new Set(at.fetched);
      await at.page.route(/\/assets\/.*\.js$/, (route) =>
        scripts.has(route.request().url()) ? route.continue() : route.abort(),
      );
      await at.page.getByRole('button', { name: 'Sphere 3-D' }).click();
      await at.page.locator('.globe-place .notice').waitFor();
      expect(await at.page.locator('.trajectories .flow .mark').count()).toBe(6);
      await at.page.unroute(/\/assets\/.*\.js$/);
      await at.page.locator('.globe-place').getByRole('button', { name: 'Try again' }).click();
      await at.page.locator('.globe-names .mark').first().waitFor();
      at.errors.length = 0;
      await leave(at);
    });

    for (const [colorScheme, viewport] of [
      ['light', phone],
      ['dark', desktop],
    ] as const)
      test(`${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
        const at = await globe('&token=2', { colorScheme, viewport, reducedMotion: 'reduce' });
        await expectAccessible(at, viewport.width);
        await leave(at);
      });
  });

  describe('the survey of a network', () => {
    const flows = [{ name: 'lieblingstier', horizon: 5 }];
    beforeEach(() => {
      visits.server.models = [{ name: 'network', family: 'Llama', depth: 8 }];
    });
    afterEach(() => {
      visits.server.models = flows;
    });
    const asked = ({ fetched }: Visit) =>
      fetched.filter((url) => url.endsWith('/api/survey')).length;
    const survey = ({ page }: Visit) => page.locator('.survey');
    const told = (at: Visit) => survey(at).locator('.told').first().locator('li').allTextContents();

    test('is not offered for flows, whose layers are the reader’s choice', async () => {
      visits.server.models = flows;
      const at = await visits.visit('#tab=layers&language=en&survey=open');
      await at.page.locator('.flow .mark').first().waitFor();
      expect(await survey(at).isVisible()).toBe(false);
      expect(asked(at)).toBe(0);
      await leave(at);
    });

    test('is asked for when it is opened by the keyboard, and once for all layers', async () => {
      const at = await visits.visit('#tab=layers&language=en', { reducedMotion: 'reduce' });
      await survey(at).waitFor();
      expect(asked(at)).toBe(0);
      await survey(at).getByRole('button', { name: 'Survey this text' }).focus();
      const response = at.page.waitForResponse('**/api/survey');
      await at.page.keyboard.press('Enter');
      const { frames } = (await (await response).json()) as SurveyReply;
      await expect.poll(() => told(at)).toHaveLength(5);
      const [first, sink, plain, centred] = await told(at);
      expect(first).toMatch(/^The first token, “.*” \(1\), receives \d+\.\d\d% of the attention/);
      expect(sink).toMatch(/^“.*” \(1\) is a sink in the frames 2–8: norm up to 30\.00 × median/);
      const beyond = (of: (frame: SurveyReply['frames'][number]) => number | null | undefined) =>
        frames.flatMap((frame, k) => ((of(frame) ?? 1) <= 0.05 ? [k] : []));
      const some = beyond((frame) => frame.plain.without_sinks.clusters?.unusual);
      const others = beyond((frame) => frame.centred?.without_sinks.clusters?.unusual);
      const frameText = (list: number[]) =>
        list.length === 0
          ? 'no clusters beyond chance in any frame.'
          : `clusters beyond chance (p ≤ 0.05) in ${list.length === 1 ? 'frame' : 'the frames'} ${spans(list)}, none elsewhere.`;
      expect(plain).toBe(`Directions as they are, without sinks: ${frameText(some)}`);
      expect(centred).toBe(`Directions centred, without sinks: ${frameText(others)}`);
      expect(some.length).toBeGreaterThan(0);
      expect(await survey(at).locator('.charts canvas').count()).toBe(8);
      const heads = survey(at).locator('canvas').nth(5);
      expect(await heads.getAttribute('aria-label')).toBe(
        'Energies of the heads. attention: 2.000 → 2.000; MLP: −2.000 → −2.000; norms: 0.000 → 0.000',
      );
      const cosines = await survey(at).locator('canvas').first().getAttribute('aria-label');
      expect(cosines).toMatch(/^Mean cosine\. as they are: .* → .*centred, without sinks: /);
      await at.page.getByRole('button', { name: 'Previous layer' }).click();
      await survey(at).getByText('Layer 7 of 8').waitFor();
      await survey(at).locator('.band-hit').nth(1).click();
      await survey(at).getByText('Layer 1 of 8').waitFor();
      await survey(at).getByText('No token is a sink here.').waitFor();
      expect(asked(at)).toBe(1);
      await leave(at);
    });

    test('its clusters cut the tree, and a link restores it, centred by another text', async () => {
      const at = await visits.visit('#tab=layers&language=en&open=more&survey=open&layer=5');
      const clusters = survey(at).locator('.survey-frame .told li');
      await expect.poll(() => clusters.count()).toBe(4);
      const [, count, from, to] =
        /(\d+) clusters last longest, from ([\d.]+) to ([\d.]+) rad/.exec(
          (await clusters.first().textContent()) ?? '',
        ) ?? [];
      await survey(at).getByRole('button', { name: 'Cut the tree above there' }).click();
      const shown = () => at.page.locator('.clusters .figure-number').textContent();
      await expect.poll(shown).toBe(`${count} clusters`);
      const tolerance = Number(/tolerance=([\d.]+)/.exec(hash(at))?.[1]);
      expect(tolerance).toBeGreaterThan(Number(from));
      expect(tolerance).toBeLessThan(Number(to));
      const before = await clusters.allTextContents();
      await survey(at).getByLabel('Centre by another text').fill('Ein Satz');
      await at.page.keyboard.press('Enter');
      await expect.poll(() => hash(at)).toContain('reference=Ein+Satz');
      await expect.poll(() => asked(at)).toBe(2);
      await expect.poll(() => clusters.nth(2).textContent()).not.toBe(before[2]);
      expect(await clusters.first().textContent()).toBe(before[0]);
      await leave(at);
    });

    test('one that the server refuses says why', async () => {
      const at = await visits.visit('#tab=layers&language=en');
      const detail = 'the text has 300 tokens, expected at most 256 of a server: shorten it';
      await at.page.route('**/api/survey', (route) =>
        route.fulfill({ status: 413, json: { title: 'Too much', status: 413, detail } }),
      );
      await survey(at).getByRole('button').first().click();
      await survey(at).getByText(detail).waitFor();
      expect(await survey(at).locator('.survey-parts').isVisible()).toBe(false);
      await leave(at);
    });

    for (const [colorScheme, viewport, language] of [
      ['light', { width: 390, height: 844 }, 'de'],
      ['dark', desktop, 'en'],
    ] as const)
      test(`${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
        const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
        const at = await visits.visit(`#tab=layers&language=${language}&survey=open`, options);
        await survey(at).locator('.told li').first().waitFor();
        await expectAccessible(at, viewport.width);
        await leave(at);
      });
  });

  for (const [colorScheme, viewport, language] of [
    ['light', desktop, 'en'],
    ['dark', phone, 'de'],
  ] as const)
    test(`all instruments, ${colorScheme}, ${viewport.width} px: axe finds nothing, nothing sticks out`, async () => {
      const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
      const at = await visits.visit(
        `#tab=layers&language=${language}&open=more&changes=1:off`,
        options,
      );
      await at.page.locator('.effect tbody tr').first().waitFor();
      await expectAccessible(at, viewport.width);
      await leave(at);
    });
});
