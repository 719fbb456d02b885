/** A portrait as a folder: the record, tables for other programs, and figures. */
import type { Figure } from '../../figures/figure.ts';
import { toCsv } from '../../host/csv.ts';
import {
  clusterFigure,
  cosineFigure,
  headFigure,
  lensFigure,
  spectrumFigure,
  weightFigure,
} from '../../language/portrait/figures.ts';
import { type Portrait, portraitToJson } from '../../language/portrait/portrait.ts';
import { RELATIONS } from '../../language/portrait/sentences.ts';
import { type FigureFormat, figureFiles } from '../figures.ts';
import { prepareFolder, writeFiles } from '../folder.ts';

/** Writes the files into `folder`, which is made where it is missing, and returns their names. */
export async function writePortrait(
  folder: string,
  portrait: Portrait,
  formats: readonly FigureFormat[],
): Promise<string[]> {
  prepareFolder(folder);
  return writeFiles(folder, {
    'layers.csv': layersTable(portrait),
    'heads.csv': headsTable(portrait),
    'glances.csv': glancesTable(portrait),
    'merges.csv': mergesTable(portrait),
    ...(await figureFiles(figures(portrait), formats)),
    'portrait.json': `${JSON.stringify(portraitToJson(portrait), null, 2)}\n`,
  });
}

const figures = ({ layers, knots, uniform }: Portrait): Record<string, Figure> => ({
  cosines: cosineFigure(layers),
  clusters: clusterFigure(layers),
  lens: lensFigure(layers),
  heads: headFigure(layers, uniform),
  weights: weightFigure(knots),
  spectrum: spectrumFigure(knots),
});

function layersTable({ layers }: Portrait): string {
  const names = Object.keys(layers[0].diagnostics);
  const tolerances = layers[0].clusters.map(({ tolerance }) => `clusters_at_${tolerance}`);
  const rows = layers.map(({ layer, time, answer, decided, diagnostics, clusters }) => [
    ...[layer, time, answer, decided],
    ...names.map((name) => diagnostics[name]),
    ...clusters.map(({ share }) => share),
  ]);
  return toCsv(['layer', 'time', 'answer', 'decided', ...names, ...tolerances], rows);
}

function headsTable({ layers }: Portrait): string {
  const rows = layers.flatMap(({ layer, heads }) =>
    heads.map(({ entropy, looksAt }, head) => [
      ...[layer, head, entropy],
      ...RELATIONS.map((relation) => looksAt[relation]),
    ]),
  );
  return toCsv(['layer', 'head', 'entropy', ...RELATIONS], rows);
}

function glancesTable({ glances }: Portrait): string {
  const rows = glances.map(({ head, layer, query, key, attention, text }) => [
    ...[head, layer, query, key, attention, text],
  ]);
  return toCsv(['head', 'layer', 'query', 'key', 'attention', 'text'], rows);
}

function mergesTable({ sentences, mergeTolerance: tolerance }: Portrait): string {
  const rows = sentences.flatMap(({ text, merges }) =>
    merges.map(({ layer, words }) => [text, tolerance, layer, words.join(' + ')]),
  );
  return toCsv(['text', 'tolerance', 'layer', 'groups'], rows);
}
