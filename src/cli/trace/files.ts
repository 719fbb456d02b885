/** A trace as a folder of files for other programs. Each file appears whole; run.json comes last. */
import { trajectoriesFigure } from '../../flow/figures.ts';
import { type Cell, toCsv } from '../../host/csv.ts';
import { encodeNpy } from '../../host/npy.ts';
import { madeBy } from '../../host/package.ts';
import type { TraceOptions } from '../../language/options.ts';
import { textSurveyReport } from '../../language/survey-report.ts';
import { type Trace, traceToJson } from '../../language/trace.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { scalarCells, scalarNames } from '../diagnostic-columns.ts';
import { type FigureFormat, figureFiles } from '../figures.ts';
import { prepareFolder, writeFiles } from '../folder.ts';
import { surveyFiles } from '../survey.ts';
import { particleNames } from './text.ts';

/** Writes the files into `folder`, which is made where it is missing, and returns their names. */
export async function writeTrace(
  folder: string,
  trace: Trace,
  options: TraceOptions,
  formats: readonly FigureFormat[],
  seconds: number,
): Promise<string[]> {
  prepareFolder(folder);
  const trajectories = trajectoriesFigure(trace.projection, particleNames(trace.tokens));
  return writeFiles(folder, {
    ...traceFiles(trace),
    ...(await figureFiles({ trajectories }, formats, { width: 720 })),
    ...(trace.survey && (await surveyFiles(textSurveyReport(trace.survey), formats))),
    'run.json': runRecord(trace, options, seconds),
  });
}

function traceFiles(trace: Trace): Record<string, string | Uint8Array> {
  return {
    'hidden_states.npy': stacked(trace.hiddenStates),
    ...(trace.directions !== trace.hiddenStates && { 'directions.npy': stacked(trace.directions) }),
    'attentions.npy': attentions(trace),
    ...(trace.parts && { 'parts.npy': parts(trace.parts) }),
    'trace.json': `${JSON.stringify(traceToJson(trace))}\n`,
    'diagnostics.csv': diagnosticsTable(trace),
    'lens.csv': lensTable(trace),
    'tokens.csv': tokensTable(trace),
  };
}

/** [frames, n, d] */
function stacked(frames: readonly Matrix[]): Uint8Array {
  const { rows, columns } = frames[0];
  return encodeNpy(
    [frames.length, rows, columns],
    frames.map(({ data }) => data),
  );
}

/** [layers, 2, n, d] */
function parts(layers: readonly (readonly Matrix[])[]): Uint8Array {
  const [{ rows, columns }] = layers[0];
  return encodeNpy(
    [layers.length, 2, rows, columns],
    layers.flatMap((pair) => pair.map(({ data }) => data)),
  );
}

/** [frames − 1, heads, n, n] */
function attentions({ attentions: layers, tokens }: Trace): Uint8Array {
  const n = tokens.length;
  return encodeNpy(
    [layers.length, layers[0].length, n, n],
    layers.flatMap((heads) => heads.map(({ data }) => data)),
  );
}

function diagnosticsTable({ layers, times, diagnostics }: Trace): string {
  const rows = times.map((time, k) => [layers[k], time, ...scalarCells(diagnostics, k)]);
  return toCsv(['layer', 'time', ...scalarNames], rows);
}

function lensTable({ lens }: Trace): string {
  const rows = lens.flatMap(({ layer, time, predictions, firstTokens }) => {
    const lines = (kind: string, list: readonly { tokenStr: string; score: number }[]) =>
      list.map(({ tokenStr, score }, i): Cell[] => [layer, time, kind, i + 1, tokenStr, score]);
    return [...lines('answer', predictions), ...lines('first_token', firstTokens)];
  });
  return toCsv(['layer', 'time', 'kind', 'rank', 'token_str', 'score'], rows);
}

function tokensTable({ tokens }: Trace): string {
  const rows = tokens.map(({ id, text, start, end }, i) => [i, id, text, start, end]);
  return toCsv(['particle', 'id', 'text', 'start', 'end'], rows);
}

function runRecord({ prediction }: Trace, options: TraceOptions, seconds: number): string {
  const { model, text, depth, scheme, coupling } = prediction;
  const settings = { ...options, model, text, depth, scheme, coupling };
  const record = { command: 'trace', ...madeBy(), settings, seconds };
  return `${JSON.stringify(record, null, 2)}\n`;
}
