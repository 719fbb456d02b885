/** The shell around the views: head, sentence box, tabs, notices, foot. Views live in their folders. */
import { createComposer } from './composer.ts';
import { fill, h, setAttribute } from './dom.ts';
import { decimal } from './format.ts';
import { butterfly, themeIcon, turnIcon } from './icons.ts';
import { controlsOf, isLocked } from './locks.ts';
import { createModelPicker } from './models.ts';
import { createNotice, describeFailure } from './notice.ts';
import type { Page } from './page.ts';
import { createPredictView } from './predict/view.ts';
import { problemDetailsOf } from './problem-details.ts';
import { createShareButton } from './share/button.ts';
import type { Tab } from './state.ts';
import { languages, tabs, themes } from './state.ts';
import { ALONE } from './transport.ts';

/** The whole page for one language. */
export function createShell(page: Page): HTMLElement {
  const shell = h(
    'div',
    { class: 'shell' },
    h('a', { class: 'skip', href: '#answer', click: skipToAnswer }, page.words.skip),
    createHead(page),
    h(
      'main',
      { id: 'main' },
      createComposer(page),
      createNotice(page),
      h('div', { id: 'answer', tabindex: -1 }, ...tabs.map((tab) => createPanel(page, tab))),
    ),
    createFoot(page),
  );
  const show = () => {
    shell.dataset.tab = page.state.get().tab;
  };
  page.state.subscribe(show);
  show();
  return shell;
}

/** The fragment holds the state, so the link moves the focus itself. */
function skipToAnswer(event: Event): void {
  event.preventDefault();
  document.getElementById('answer')?.focus();
}

function createHead(page: Page): HTMLElement {
  const { words } = page;
  const brand = h(
    'div',
    { class: 'brand' },
    butterfly(),
    h('div', {}, h('h1', {}, words.title), h('p', {}, words.tagline)),
  );
  const wing = brand.querySelector('svg');
  page.answers.subscribe(({ status }) => wing?.classList.toggle('flying', status === 'loading'));
  wing?.classList.toggle('flying', page.answers.get().status === 'loading');
  return h(
    'header',
    { class: 'head' },
    brand,
    createTabs(page),
    h(
      'div',
      { class: 'head-tools' },
      controlsOf(page, 'model', createModelPicker(page)),
      createUndoButtons(page),
      createLanguages(page),
      createShareButton(page),
      createThemeButton(page),
    ),
  );
}

/** Steps in the browser's own history (undo.ts). */
function createUndoButtons({ reach, words }: Page): HTMLElement {
  const button = (way: -1 | 1, name: string) =>
    h(
      'button',
      {
        type: 'button',
        class: 'round',
        id: way < 0 ? 'undo' : 'redo',
        title: name,
        'aria-label': name,
        click: () => history.go(way),
      },
      turnIcon(way),
    );
  const [undo, redo] = [button(-1, words.undo), button(1, words.redo)];
  const show = () => {
    undo.disabled = reach.get().before === 0;
    redo.disabled = reach.get().after === 0;
  };
  reach.subscribe(show);
  show();
  return h('div', { class: 'undo' }, undo, redo);
}

function createTabs(page: Page): HTMLElement {
  const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': page.words.tabList });
  const buttons = tabs.map((tab) => createTab(page, tab));
  list.append(...buttons);
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = (tabs.indexOf(page.state.get().tab) + step + tabs.length) % tabs.length;
    page.state.set({ tab: tabs[next] });
    buttons[next].focus();
  });
  return list;
}

function createTab(page: Page, tab: Tab): HTMLButtonElement {
  const select = () => page.state.set({ tab });
  const button = h(
    'button',
    {
      type: 'button',
      role: 'tab',
      id: `tab-${tab}`,
      'aria-controls': `panel-${tab}`,
      click: select,
    },
    page.words.tabs[tab],
  );
  const show = () => {
    const chosen = page.state.get().tab === tab;
    setAttribute(button, 'aria-selected', String(chosen));
    button.tabIndex = chosen ? 0 : -1;
    button.disabled = !chosen && isLocked(page.state.get(), 'tab');
  };
  page.state.subscribe(show);
  show();
  return button;
}

function createPanel(page: Page, tab: Tab): HTMLElement {
  const panel = h('section', {
    id: `panel-${tab}`,
    class: `panel panel-${tab}`,
    role: 'tabpanel',
    'aria-labelledby': `tab-${tab}`,
  });
  if (tab === 'predict') panel.append(createPredictView(page));
  let opened = tab === 'predict';
  const show = () => {
    panel.hidden = page.state.get().tab !== tab;
    if (panel.hidden || opened || tab === 'predict') return;
    opened = true;
    void openView(page, panel, tab);
  };
  page.state.subscribe(show);
  show();
  return panel;
}

type View = (page: Page) => HTMLElement;

/** What brings chart.js along is fetched when its tab opens. */
const views: Readonly<Record<Exclude<Tab, 'predict'>, () => Promise<View>>> = {
  layers: async () => (await import('./layers/view.ts')).createLayersView,
  learn: async () => (await import('./learn/view.ts')).createLearnView,
  depth: async () => (await import('./depth/view.ts')).createDepthView,
  lab: async () => (await import('./lab/view.ts')).createLabView,
};

async function openView(page: Page, panel: HTMLElement, tab: Exclude<Tab, 'predict'>) {
  try {
    const createView = await views[tab]();
    fill(panel, createView(page));
  } catch (error) {
    const retry = () => void openView(page, panel, tab);
    fill(panel, describeFailure(page, problemDetailsOf(error), { retry }));
  }
}

function createLanguages(page: Page): HTMLElement {
  const current = page.state.get().language;
  const buttons = languages.map((language) =>
    h(
      'button',
      {
        type: 'button',
        id: `language-${language}`,
        lang: language,
        title: language === 'de' ? 'Deutsch' : 'English',
        'aria-pressed': String(language === current),
        click: () => page.state.set({ language }),
      },
      language.toUpperCase(),
    ),
  );
  return h(
    'div',
    { class: 'segments', role: 'group', 'aria-label': page.words.language },
    ...buttons,
  );
}

function createThemeButton(page: Page): HTMLElement {
  const { label } = page.words.theme;
  const turn = () => {
    const at = themes.indexOf(page.state.get().theme);
    page.state.set({ theme: themes[(at + 1) % themes.length] });
  };
  const button = h('button', { type: 'button', class: 'round', id: 'theme', click: turn });
  const show = () => {
    const { theme } = page.state.get();
    const name = `${label}: ${page.words.theme[theme]}`;
    setAttribute(button, 'aria-label', name);
    setAttribute(button, 'title', name);
    fill(button, themeIcon(theme));
  };
  page.state.subscribe(show);
  show();
  return button;
}

function createFoot(page: Page): HTMLElement {
  const { words } = page;
  const run = h('p', { class: 'run' });
  const show = () => {
    const answer = page.answers.get().value;
    if (!answer) return fill(run);
    const depth = answer.depth === 'ode' ? words.odeValue : words.depthValue(answer.depth);
    const time = `${decimal((answer.seconds ?? 0) * 1000, page.state.get().language, 0)} ms`;
    fill(run, words.footer(answer.model, depth, time));
  };
  page.answers.subscribe(show);
  show();
  return h(
    'footer',
    { class: 'foot' },
    run,
    h('p', {}, words.local, ' ', ALONE ? null : h('a', { href: 'api/openapi.json' }, words.api)),
  );
}
