/** A trace as a table of layers for a reader, with the merges of tokens below. */
import { describeChange } from '../../diagnostics/clusters.ts';
import type { Token } from '../../language/tokenizer.ts';
import type { Trace } from '../../language/trace.ts';
import { printable } from '../../numerics/printable.ts';
import { diagnosticColumns } from '../diagnostic-columns.ts';
import { bold, dim, percent, type Screen, table } from '../terminal.ts';

/** The angle (radians) at which the table counts clusters and names merges. */
const TOLERANCE = 0.3;

/** What a particle is called: its text, or what it stands for. */
export function particleNames(tokens: readonly Token[]): string[] {
  return tokens.map(({ text }) => (text === '' ? '(start)' : printable(text)));
}

/** The sentence, one line a layer, and which tokens merge. */
export function traceLines(screen: Screen, trace: Trace, seconds: number): string[] {
  const { prediction, tokens } = trace;
  const names = particleNames(tokens);
  return [
    bold(screen, printable(prediction.text)),
    dim(screen, `${prediction.model} · ${names.map((name) => name.trim()).join(' | ')}`),
    '',
    ...table(screen, layerRows(trace)),
    ...mergeLines(screen, trace, names),
    '',
    dim(screen, `clusters at ${tolerance(trace)} rad · ${(1000 * seconds).toFixed(0)} ms`),
  ];
}

function layerRows(trace: Trace): string[][] {
  const columns = diagnosticColumns(trace.diagnostics);
  const header = ['layer', 'time', ...columns.map(({ title }) => title), 'clusters', 'best answer'];
  const rows = trace.times.map((time, k) => [
    String(trace.layers[k]),
    time.toFixed(2),
    ...columns.map(({ cell }) => cell(k)),
    String(clusterCount(trace, k)),
    bestAnswer(trace, k),
  ]);
  return [header, ...rows];
}

function clusterCount(trace: Trace, k: number): number {
  const at = tolerance(trace);
  return trace.clusters[k].find((level) => level.tolerance === at)?.members.length ?? 0;
}

function bestAnswer({ lens }: Trace, k: number): string {
  const best = lens[k].predictions[0];
  if (!best) return '';
  const text = best.tokenStr === '' ? '(end of the text)' : printable(best.tokenStr.trim());
  return `${text} ${percent(best.score)}`;
}

/** The reported tolerance next to `TOLERANCE`. */
function tolerance({ clusters }: Trace): number {
  return clusters[0]
    .map((level) => level.tolerance)
    .reduce((best, one) => (Math.abs(one - TOLERANCE) < Math.abs(best - TOLERANCE) ? one : best));
}

function mergeLines(screen: Screen, trace: Trace, names: readonly string[]): string[] {
  const at = tolerance(trace);
  const merges = trace.merges.filter((merge) => merge.tolerance === at);
  if (merges.length === 0) return [];
  return ['', dim(screen, 'merges'), ...merges.map((merge) => `  ${describeChange(merge, names)}`)];
}
