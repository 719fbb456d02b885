/** One line that says what a picture shows: dynamics, parameters, particles, time. */
import { compact, decimal } from '../../format.ts';
import { told } from '../catalogue-words.ts';
import type { LabFrame } from '../frame.ts';
import type { Lab } from '../lab.ts';
import { entryOf, usualSettings } from '../settings.ts';

export function captionOf({ page, words }: Lab, { of: { settings }, time }: LabFrame): string {
  const { language } = page.state.get();
  const entry = entryOf(settings);
  const usual = usualSettings(entry).parameters;
  const named = entry.parameters.flatMap((one) => {
    const value = settings.parameters[one.name];
    if (one.name !== 'beta' && value === usual[one.name]) return [];
    const { title } = told(language, 'parameters', one, entry.name);
    return [`${title.split(' ').at(-1)} = ${value}`];
  });
  return [
    told(language, 'dynamics', entry).title,
    ...named,
    `n = ${decimal(settings.n, language, 0)}`,
    `d = ${settings.d}`,
    words.timeAt(compact(time, language)),
  ].join(' · ');
}
