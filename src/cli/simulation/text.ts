/** A simulation as text for a reader, and as the JSON document of `simulate --json`. */

import { type DiagnosticRecord, diagnostics } from '../../diagnostics/catalogue.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { SimulationFrame } from '../../flow/frames.ts';
import { simulationToJson } from '../../flow/simulation.ts';
import { type SimulationSettings, settingsRecord } from '../../flow/simulation-settings.ts';
import { madeBy } from '../../host/package.ts';
import { recordedFiles } from '../../host/recording/layout.ts';
import { counted } from '../../numerics/counted.ts';
import { diagnosticColumns } from '../diagnostic-columns.ts';
import { tablesRecord } from '../tables.ts';
import { bold, dim, noteLines, type Screen, table } from '../terminal.ts';
import type { SimulationJob } from './job.ts';
import type { Outcome } from './run.ts';

/** Everything but the frames where a folder has them. */
export function outcomeJson({ settings, tables, out }: SimulationJob, outcome: Outcome) {
  const { report, frames, count, seconds, failure } = outcome;
  const failed = failure ? { failure: failure.message } : {};
  if (out !== null)
    return {
      ...madeBy(),
      settings: settingsRecord(settings),
      ...tablesRecord(tables),
      ...report,
      frames: count,
      out,
      seconds,
      ...failed,
    };
  const simulation = simulationToJson({ settings, frames, ...report, seconds });
  return { ...madeBy(), ...simulation, ...tablesRecord(tables), ...failed };
}

/** Most lines of the table. */
const MOST_ROWS = 24;

export function outcomeLines(screen: Screen, { settings, out }: SimulationJob, outcome: Outcome) {
  const { entry, n, d, scheme, step, tolerance, seed, kappa } = settings;
  const { report, seconds, count, figures } = outcome;
  const pace = scheme.adaptive ? `tolerance ${tolerance}` : `step ${step}`;
  const { engine, steps, rejected, stopped, time } = report;
  const noise = kappa === undefined ? '' : ` · noise κ = ${kappa}`;
  const turned = rejected > 0 ? ` and ${rejected} rejected` : '';
  return [
    bold(screen, entry.title),
    dim(
      screen,
      `n = ${n} · d = ${d} · seed ${seed}${noise} · ${scheme.name}, ${pace} · ${engine.name} engine: ${engine.reason}`,
    ),
    '',
    ...table(screen, rowsOf(outcome, askedOf(settings))),
    ...mergeLines(screen, outcome),
    ...noteLines(screen, report.notes),
    '',
    dim(
      screen,
      `${endOf(stopped, time)} · ${steps} steps${turned} · ${(1000 * seconds).toFixed(0)} ms`,
    ),
    ...(out === null
      ? []
      : [
          '',
          `${out}: ${counted(count, 'frame')} in ${[...recordedFiles(settings), ...figures].join(', ')}`,
        ]),
  ];
}

const endOf = (stopped: string, time: number) =>
  stopped === 'end' ? `to time ${time}` : `stopped at time ${time}: ${stopped}`;

/** The diagnostics that were asked for; undefined where all are there by default. */
const askedOf = ({ chosen }: SimulationSettings) => (chosen === diagnostics ? undefined : chosen);

function rowsOf({ frames }: Outcome, asked?: readonly Diagnostic[]): string[][] {
  const shown = evenly(frames);
  const columns = diagnosticColumns(recordOf(shown), asked);
  const rows = shown.map(({ time, particles }, k) => [
    shortNumber(time),
    ...columns.map(({ cell }) => cell(k)),
    String(particles),
  ]);
  return [['time', ...columns.map(({ title }) => title), 'particles'], ...rows];
}

/** The first, the last, and as many as the table takes between them. */
function evenly(frames: readonly SimulationFrame[]): SimulationFrame[] {
  if (frames.length <= MOST_ROWS) return [...frames];
  return Array.from(
    { length: MOST_ROWS },
    (_, k) => frames[Math.round((k * (frames.length - 1)) / (MOST_ROWS - 1))],
  );
}

function recordOf(frames: readonly SimulationFrame[]): DiagnosticRecord {
  const names = Object.keys(frames[0]?.diagnostics ?? {});
  return Object.fromEntries(
    names.map((name) => [name, frames.map(({ diagnostics }) => diagnostics[name])]),
  );
}

const shortNumber = (value: number) => String(Number(value.toPrecision(5)));

function mergeLines(screen: Screen, { report, frames }: Outcome): string[] {
  const errors = frames.flatMap(({ mergeError }) => (mergeError === null ? [] : [mergeError]));
  const { merges } = report;
  if (merges.length === 0 && errors.length === 0) return [];
  const apart =
    errors.length === 0
      ? ''
      : ` · at most ${Math.max(...errors).toPrecision(3)} from the run without merging`;
  return ['', dim(screen, `${merges.length} mergers${apart}`)];
}
