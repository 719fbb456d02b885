/** Figures of the papers as settings: a select, and below it what to look for and where it is from. */
import { fill, h, prefersStillness } from '../../dom.ts';
import type { Lab } from '../lab.ts';
import { presets, presetWords } from '../presets.ts';
import { type LabSettings, readSettings, writeSettings } from '../settings.ts';
import { createChoice } from './choice.ts';

export function createPresets(lab: Lab) {
  const { words } = lab;
  const { language } = lab.page.state.get();
  const choice = createChoice({
    id: 'lab-preset',
    told: { title: words.presets, help: words.presetHint },
    options: [
      ['', words.presetNone],
      ...presets.map(({ name }) => [name, presetWords(language, name).title] as const),
    ],
    set: (name) => apply(lab, name),
  });
  const about = h('p', { class: 'hint lab-about' });
  const known = new Map(presets.map(({ name, query }) => [name, written(readSettings(query))]));
  return {
    element: h('div', { class: 'lab-group' }, choice.element, about),
    show(settings: LabSettings) {
      const now = written(settings);
      const preset = presets.find(({ name }) => known.get(name) === now);
      choice.show(preset?.name ?? '');
      const told = preset && presetWords(language, preset.name).look;
      fill(about, told ?? words.presetHint, ' ', preset && h('cite', {}, preset.paper));
    },
  };
}

function apply(lab: Lab, name: string): void {
  const preset = presets.find((one) => one.name === name);
  if (!preset) return;
  const { speed } = lab.settings();
  if (!prefersStillness()) lab.playNext();
  lab.change({ ...readSettings(preset.query), speed });
}

/** The settings as a preset would have them: how one looks at a run is nobody's preset. */
function written(settings: LabSettings): string {
  const { at, speed, yaw, pitch } = readSettings('');
  return writeSettings({ ...settings, at, speed, yaw, pitch });
}
