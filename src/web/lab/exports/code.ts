/** A run as a program on the library. */
import { literal } from '../../../operations/spelling.ts';
import type { LabFrame } from '../frame.ts';
import { optionsAt } from '../options.ts';
import { POSITIONS } from './command.ts';
import { shownTimes } from './times.ts';

const READ = `readFileSync('${POSITIONS}', 'utf8')
    .trim()
    .split('\\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))`;

/** A module whose last frame is the one given. Positions that were brought are read from a file. */
export function programOf(frame: LabFrame): string {
  const { settings, init } = frame.of;
  const { init: _, ...options } = optionsAt(settings, init);
  const all = { ...options, ...shownTimes(frame), diagnostics: [] };
  const lines = Object.entries(all).map(([name, value]) => `  ${name}: ${literal(value)},`);
  return [
    ...(init ? ["import { readFileSync } from 'node:fs';"] : []),
    "import { simulate } from 'schmetterling';",
    "import { machineEngines } from 'schmetterling/node';",
    '',
    'const options = {',
    ...lines,
    ...(init ? [`  init: ${READ},`] : []),
    '};',
    'const { frames } = await simulate(options, { engines: machineEngines() });',
    'console.log(frames.at(-1).positions);',
    '',
  ].join('\n');
}
