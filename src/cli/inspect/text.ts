/** An inspection as a table of layers for a reader, with its notes below. */

import type { Inspection } from '../../flow/inspect.ts';
import { counted } from '../../numerics/counted.ts';
import { printable } from '../../numerics/printable.ts';
import { diagnosticColumns } from '../diagnostic-columns.ts';
import { bold, dim, noteLines, type Screen, table } from '../terminal.ts';
import type { Sources } from './files.ts';

/** The file or the text, one line a layer, and what a reader must know. */
export function inspectionLines(
  screen: Screen,
  sources: Sources,
  inspection: Inspection,
  seconds: number,
): string[] {
  const [layers, n, d] = inspection.shape;
  return [
    bold(screen, printable('text' in sources ? sources.text : sources.frames)),
    dim(
      screen,
      `${counted(layers, 'frame')} · ${counted(n, 'token')} · width ${d} · ${place(inspection)}`,
    ),
    '',
    ...table(screen, layerRows(inspection)),
    ...noteLines(screen, inspection.notes),
    '',
    dim(screen, `clusters at their longest plateau · ${(1000 * seconds).toFixed(0)} ms`),
  ];
}

const place = ({ space }: Inspection) =>
  space === 'sphere' ? 'directions on the sphere' : 'positions as they are';

function layerRows({ diagnostics, shape }: Inspection): string[][] {
  const columns = diagnosticColumns(diagnostics);
  const rows = Array.from({ length: shape[0] }, (_, layer) => [
    String(layer),
    ...columns.map(({ cell }) => cell(layer)),
    String(diagnostics.cluster_count[layer]),
  ]);
  return [['layer', ...columns.map(({ title }) => title), 'clusters'], ...rows];
}
