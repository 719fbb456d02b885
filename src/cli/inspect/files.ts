/** An inspection as a folder of files for other programs. Each file appears whole; run.json comes last. */
import type { Report } from '../../figures/report.ts';
import { type Inspection, inspectionToJson } from '../../flow/inspect.ts';
import { toCsv } from '../../host/csv.ts';
import { madeBy } from '../../host/package.ts';
import { scalarCells, scalarNames } from '../diagnostic-columns.ts';
import type { FigureFormat } from '../figures.ts';
import { writeFiles } from '../folder.ts';
import { surveyFiles } from '../survey.ts';

/** What was inspected: files, or a text in a model. */
export type Sources =
  | { readonly frames: string; readonly attentions: string | null }
  | { readonly model: string; readonly text: string };

/** Writes the files into `folder`, which exists, and returns their names. */
export async function writeInspection(
  folder: string,
  inspection: Inspection,
  sources: Sources,
  report: Report | null,
  formats: readonly FigureFormat[],
  seconds: number,
): Promise<string[]> {
  return writeFiles(folder, {
    'inspect.json': `${JSON.stringify(inspectionToJson(inspection))}\n`,
    'diagnostics.csv': diagnosticsTable(inspection),
    'clusters.csv': clustersTable(inspection),
    ...(report && (await surveyFiles(report, formats))),
    'run.json': runRecord(inspection, sources, seconds),
  });
}

function diagnosticsTable({ diagnostics, shape }: Inspection): string {
  const rows = Array.from({ length: shape[0] }, (_, layer) => [
    layer,
    ...scalarCells(diagnostics, layer),
  ]);
  return toCsv(['layer', ...scalarNames], rows);
}

/** One line a cluster. */
function clustersTable({ clusters }: Inspection): string {
  const rows = clusters.flatMap((levels, layer) =>
    levels.flatMap(({ tolerance, members }) =>
      members.map((tokens, k) => [layer, tolerance, k, tokens.length, tokens.join(' ')]),
    ),
  );
  return toCsv(['layer', 'tolerance', 'cluster', 'size', 'tokens'], rows);
}

function runRecord(inspection: Inspection, sources: Sources, seconds: number): string {
  const { space, beta, shape, clusters, notes } = inspection;
  const tolerances = clusters[0].map(({ tolerance }) => tolerance);
  const survey = inspection.survey && { survey: inspection.survey.settings };
  const settings = { ...sources, space, beta, tolerances, ...survey };
  const record = { command: 'inspect', ...madeBy(), settings, shape, notes, seconds };
  return `${JSON.stringify(record, null, 2)}\n`;
}
