/** The settings of a run, as controls made from the catalogues. */
import { dynamics } from '../../../dynamics/catalogue.ts';
import { completeParameters } from '../../../dynamics/parameters.ts';
import { ENGINE_CHOICES } from '../../../engines/catalogue.ts';
import { starts } from '../../../geometry/catalogue.ts';
import { schemes } from '../../../integrators/schemes.ts';
import { fill, h, setAttribute } from '../../dom.ts';
import { told } from '../catalogue-words.ts';
import type { Lab } from '../lab.ts';
import { isAdaptive } from '../options.ts';
import {
  asOptions,
  entryOf,
  type LabSettings,
  numbers,
  ownStarts,
  type Pace,
  paces,
  precisions,
  settled,
  startCalled,
  withDynamics,
  withStart,
} from '../settings.ts';
import { createChoice } from './choice.ts';
import type { Control } from './field.ts';
import { createNumber } from './number.ts';
import { createParameters } from './parameters.ts';
import { createPresets } from './presets.ts';
import { createSpace } from './space.ts';

interface Part {
  readonly element: HTMLElement;
  show(settings: LabSettings): void;
}

export function createSettingsCard(lab: Lab): HTMLElement {
  const { words } = lab;
  const parts = [
    createDynamics(lab),
    createStart(lab),
    folded(words.flow, createFlow(lab)),
    folded(words.stops, createStops(lab)),
    folded(words.engine, createEngine(lab)),
  ];
  const presets = createPresets(lab);
  const locked = h('p', { class: 'lab-locked', hidden: true }, words.locked);
  const fields = h(
    'fieldset',
    { class: 'lab-fields' },
    h('legend', { class: 'unseen' }, words.settings),
    presets.element,
    ...parts.map(({ element }) => h('div', { class: 'lab-part' }, element)),
  );
  const show = (settings: LabSettings) => {
    setAttribute(fields, 'disabled', lab.locked());
    setAttribute(locked, 'hidden', !lab.locked());
    for (const part of [presets, ...parts]) part.show(settings);
  };
  lab.onSettings(show);
  show(lab.settings());
  return h('section', { class: 'card lab-settings' }, h('h2', {}, words.settings), locked, fields);
}

function group(...parts: Part[]): Part {
  return {
    element: h('div', { class: 'lab-group' }, ...parts.map(({ element }) => element)),
    show: (settings) => {
      for (const part of parts) part.show(settings);
    },
  };
}

function folded(title: string, inside: Part): Part {
  const element = h('details', { class: 'lab-folded' }, h('summary', {}, title), inside.element);
  return { element, show: inside.show };
}

type NumberName = keyof typeof numbers;

function numberPart(lab: Lab, name: NumberName, highest?: number): Part {
  const parameter = numbers[name];
  const control = createNumber({
    id: `lab-${name}`,
    parameter,
    highest,
    told: told(lab.page.state.get().language, 'parameters', parameter),
    set: (value) => lab.change(settled({ ...lab.settings(), [name]: value })),
  });
  return { element: control.element, show: (settings) => control.show(settings[name]) };
}

function choicePart(control: Control<string>, value: (settings: LabSettings) => string): Part {
  return { element: control.element, show: (settings) => control.show(value(settings)) };
}

/** A part that is there only where it says something. */
function shownWhen({ element, show }: Part, says: (settings: LabSettings) => boolean): Part {
  return {
    element,
    show(settings) {
      setAttribute(element, 'hidden', !says(settings));
      show(settings);
    },
  };
}

function createDynamics(lab: Lab): Part {
  const { language } = lab.page.state.get();
  const choice = createChoice({
    id: 'lab-dynamics',
    told: { title: lab.words.dynamics, help: '' },
    options: dynamics.map((entry) => [entry.name, told(language, 'dynamics', entry).title]),
    set: (name) => lab.change(withDynamics(lab.settings(), name)),
  });
  const about = h('p', { class: 'hint lab-about' });
  const parameters = createParameters({
    prefix: 'lab-p-',
    language,
    matrixHint: lab.words.matrixHint,
    set: (name, value) => {
      const { parameters: before } = lab.settings();
      lab.change({ parameters: { ...before, [name]: value } });
    },
    check(name, value) {
      const { d, seed, parameters: before, ...rest } = lab.settings();
      const entry = entryOf(rest);
      completeParameters(entry, asOptions(entry.parameters, { ...before, [name]: value }), d, seed);
    },
  });
  return group(
    choicePart(choice, ({ dynamics: name }) => name),
    {
      element: about,
      show(settings) {
        const entry = entryOf(settings);
        fill(about, told(language, 'dynamics', entry).help, ' ', cited(entry.citation));
      },
    },
    {
      element: parameters.element,
      show: (settings) => {
        const entry = entryOf(settings);
        parameters.show(entry.name, entry.parameters, settings.parameters);
      },
    },
  );
}

const cited = (citation: string) => h('cite', {}, citation);

function createStart(lab: Lab): Part {
  const { words } = lab;
  const { language } = lab.page.state.get();
  const recipes = starts.map((one) => [one.name, told(language, 'starts', one).title] as const);
  const own = ownStarts.map((name) => [name, words.ownStarts[name]] as const);
  const choice = createChoice({
    id: 'lab-start',
    told: { title: words.start, help: '' },
    options: [...recipes, ...own],
    set: (name) => {
      if (name === 'given') takeShown(lab);
      else lab.change(withStart(lab.settings(), name));
      show(lab.settings());
    },
  });
  const parameters = createParameters({
    prefix: 'lab-s-',
    language,
    matrixHint: words.matrixHint,
    set: (name, value) => {
      const { startParameters: before } = lab.settings();
      lab.change({ startParameters: { ...before, [name]: value } });
    },
    check: () => {},
  });
  const anew = () => lab.change({ seed: (lab.settings().seed + 1) % 1_000_000 });
  const seed = numberPart(lab, 'seed', 1e6);
  const another = h('button', { type: 'button', class: 'chip', click: anew }, words.newSeed);
  const parts = [
    createSpace(lab),
    shownWhen(numberPart(lab, 'n', 1_000_000), ({ start }) => startCalled(start) !== undefined),
    choicePart(choice, ({ start }) => start),
    {
      element: parameters.element,
      show: ({ start, startParameters }: LabSettings) =>
        parameters.show(start, startCalled(start)?.parameters ?? [], startParameters),
    },
    seed,
    { element: another, show: () => {} },
  ];
  const show = (settings: LabSettings) => {
    for (const part of parts) part.show(settings);
  };
  return group(...parts);
}

/** "Positions of your own" begin as those that are shown. */
function takeShown(lab: Lab): void {
  const { shown } = lab.session.get();
  if (shown?.positions) lab.begin(shown.positions);
}

function createFlow(lab: Lab): Part {
  const { words } = lab;
  const { language } = lab.page.state.get();
  const scheme = createChoice({
    id: 'lab-scheme',
    told: { title: words.scheme, help: '' },
    options: schemes.map((one) => [one.name, told(language, 'schemes', one).title]),
    set: (name) => lab.change(settled({ ...lab.settings(), scheme: name })),
  });
  const pace = createChoice({
    id: 'lab-pace',
    told: { title: words.pace, help: '' },
    options: paces.map((name) => [name, words.paces[name]]),
    set: (name) => lab.change({ pace: name as Pace }),
  });
  return group(
    choicePart(scheme, (settings) => settings.scheme),
    shownWhen(numberPart(lab, 'kappa', 1e3), (settings) => !entryOf(settings).noise),
    numberPart(lab, 'step'),
    numberPart(lab, 'time'),
    shownWhen(numberPart(lab, 'tolerance'), isAdaptive),
    shownWhen(
      choicePart(pace, (settings) => settings.pace),
      isAdaptive,
    ),
  );
}

function createStops(lab: Lab): Part {
  return group(
    numberPart(lab, 'merge', 1),
    numberPart(lab, 'stopClusters', 100),
    numberPart(lab, 'stopBelow', 1),
  );
}

function createEngine(lab: Lab): Part {
  const { words } = lab;
  const engine = createChoice({
    id: 'lab-engine',
    told: { title: words.engineName, help: '' },
    options: ENGINE_CHOICES.map((name) => [name, name]),
    set: (name) => lab.change({ engine: name }),
  });
  const precision = createChoice({
    id: 'lab-precision',
    told: { title: words.precision, help: '' },
    options: precisions.map((name) => [name, name]),
    set: (name) => lab.change({ precision: name }),
  });
  return group(
    choicePart(engine, (settings) => settings.engine),
    choicePart(precision, (settings) => settings.precision),
  );
}
