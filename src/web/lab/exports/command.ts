/** A run as a command line: the flags of `simulate`, and the files that it reads. */
import type { Parameter } from '../../../dynamics/dynamics.ts';
import { matrixText } from '../../../dynamics/matrices.ts';
import { fromRows, type Matrix } from '../../../numerics/matrix.ts';
import { COMMAND, flag } from '../../../operations/spelling.ts';
import type { LabFrame } from '../frame.ts';
import { matrixRows } from '../matrix-text.ts';
import { isAdaptive, optionsAt } from '../options.ts';
import { entryOf, type LabSettings, startCalled, type Values } from '../settings.ts';
import { positionsCsv } from './tables.ts';
import { shownTimes } from './times.ts';

export interface TextFile {
  readonly name: string;
  /** Made when it is asked for: of very many particles it is long. */
  text(): string;
}

export interface CommandLine {
  readonly line: string;
  /** To be saved where the command is run. */
  readonly files: readonly TextFile[];
}

/** The command whose last frame is the one given; its positions are the Lab's. */
export function commandLine(frame: LabFrame): CommandLine {
  const { settings, init } = frame.of;
  const { time, saveAt } = shownTimes(frame);
  const options = optionsAt(settings, init);
  const files: TextFile[] = [];
  const flags: [string, string | number | undefined][] = [
    ['dynamics', settings.dynamics],
    ...parameterFlags(settings, files),
    ...startFlags(settings, init, files),
    ['seed', options.seed],
    ['scheme', settings.scheme],
    isAdaptive(settings) ? ['tol', settings.tolerance] : ['step', settings.step],
    ['time', time],
    ['save-at', saveAt.join(',')],
    ['engine', options.engine],
    ['precision', options.precision],
    ['accuracy', settings.n >= MANY ? options.accuracy : undefined],
    ['merge', options.merge],
    ['stop-clusters', options.stopClusters],
    ['stop-below', options.stopBelow],
  ];
  const written = flags.flatMap(([name, value]) => (value === undefined ? [] : flag(name, value)));
  return { line: [COMMAND, 'simulate', ...written, '--json'].join(' '), files };
}

/** Fewer particles are never summed by modes, which alone have an accuracy. */
const MANY = 1000;

type Flag = [string, string | number];

function parameterFlags(settings: LabSettings, files: TextFile[]): Flag[] {
  const { parameters } = entryOf(settings);
  return changed(parameters, settings.parameters).map(([name, value]): Flag => {
    const rows = typeof value === 'string' ? matrixRows(value) : null;
    if (!rows) return [name, value];
    const file = `${name}.csv`;
    files.push({ name: file, text: () => positionsCsv(fromRows(rows)) });
    return [name, file];
  });
}

/** Those that differ from the catalogue's defaults. */
function changed(parameters: readonly Parameter[], values: Values): Flag[] {
  const usual = (one: Parameter) => (one.type === 'matrix' ? matrixText(one.default) : one.default);
  return parameters.flatMap((one): Flag[] =>
    values[one.name] === usual(one) ? [] : [[one.name, values[one.name]]],
  );
}

function startFlags(settings: LabSettings, init: Matrix | null, files: TextFile[]): Flag[] {
  if (init) {
    files.push({ name: POSITIONS, text: () => positionsCsv(init) });
    return [['init', POSITIONS]];
  }
  const { start, n, d, startParameters } = settings;
  const own = changed(startCalled(start)?.parameters ?? [], startParameters);
  const named = own.map(([name, value]): Flag => [`start_${name}`, value]);
  return [['start', start], ...named, ['n', n], ['d', d]];
}

/** The file of positions that a run begins from. */
export const POSITIONS = 'positions.csv';
