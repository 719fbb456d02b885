/** The clusters of the frame at a tolerance: their tree, their members, and what merges at which layer. */
import type { Trace } from '../api.ts';
import { fill, h, setVariable } from '../dom.ts';
import type { Page } from '../page.ts';
import { frameOf, goToFrame, tokenName } from '../page.ts';
import { tokenColours } from '../token-colours.ts';
import { createDendrogram, toleranceText } from './dendrogram.ts';
import type { ClusterEvent } from './groups.ts';
import { eventsAt, groupsAt, toleranceOf } from './groups.ts';
import type { Panel } from './panel.ts';

/** `scope` goes before the id of a second line on the page. */
export function createClusters(page: Page, scope = ''): Panel {
  const { words } = page;
  const id = `${scope}tolerance`;
  const tree = createDendrogram(page, id);
  const shown = h('output', { for: id });
  const count = h('p', { class: 'figure-number', 'aria-live': 'polite' });
  const groups = h('ul', { class: 'groups' });
  const events = h('ol', { class: 'events' });
  const element = h(
    'section',
    { class: 'card clusters' },
    h('h2', {}, words.clusters),
    h('p', { class: 'hint' }, words.treeHint),
    h('div', { class: 'control' }, h('label', { for: id }, words.tolerance, ' ', shown)),
    h(
      'div',
      { class: 'clusters-parts' },
      tree.element,
      h(
        'div',
        { class: 'clusters-told' },
        count,
        groups,
        h('h3', {}, words.merges),
        h('div', { class: 'events-scroll' }, events),
      ),
    ),
  );
  return {
    element,
    show(trace, layer) {
      const tolerance = toleranceOf(page.state.get(), trace);
      const found = groupsAt(trace, layer, tolerance);
      fill(shown, toleranceText(page, tolerance));
      tree.show(trace, layer);
      fill(count, words.clusterCount(found.length));
      showGroups(page, groups, trace, found);
      showEvents(page, events, trace, layer, eventsAt(trace, tolerance));
    },
  };
}

function showGroups(page: Page, list: HTMLElement, trace: Trace, groups: number[][]): void {
  const colours = tokenColours(trace);
  const items = groups.map((members) => {
    const names = members.flatMap((i, place) => {
      const name = h('span', { class: 'member' }, tokenName(trace, i, page.words));
      setVariable(name, '--colour', colours[i]);
      return place === 0 ? [name] : [' · ', name];
    });
    const item = h('li', { class: members.length > 1 ? 'group' : 'group alone' }, ...names);
    return item;
  });
  fill(list, ...items);
}

function showEvents(
  page: Page,
  list: HTMLElement,
  trace: Trace,
  layer: number,
  events: readonly ClusterEvent[],
): void {
  const items = events.map((event) => {
    const say = event.kind === 'split' ? page.words.split : page.words.merge;
    const sentence = say(groupNames(page, trace, event.groups), event.layer);
    const go = () => goToFrame(page, frameOf(trace.layers, event.layer));
    const attributes = { type: 'button', class: 'plain', click: go };
    const reached = event.layer <= trace.layers[layer] ? 'reached' : '';
    return h('li', { class: reached }, h('button', attributes, sentence));
  });
  const none = h('li', { class: 'quiet' }, page.words.mergeNone);
  fill(list, ...(items.length > 0 ? items : [none]));
}

/** "Lieblings and tier"; a group of several stands in braces. */
function groupNames({ words }: Page, trace: Trace, groups: number[][]): string {
  const names = groups.map((members) => {
    const inside = members.map((i) => tokenName(trace, i, words)).join(', ');
    return members.length > 1 ? `{${inside}}` : inside;
  });
  const last = names.pop();
  return names.length > 0 ? `${names.join(', ')} ${words.and} ${last}` : String(last);
}
