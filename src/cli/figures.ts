/** Figures as files in the formats of --figures, whichever command draws them. */
import type { Command } from 'commander';
import type { Figure } from '../figures/figure.ts';
import { type DrawingOptions, renderSvg } from '../figures/render.ts';
import { InputError } from '../numerics/errors.ts';

const FORMATS = ['svg', 'pdf'] as const;

export type FigureFormat = (typeof FORMATS)[number];

export interface FigureFlags {
  readonly figures?: string;
  readonly out?: string;
}

export const withFigureFlag = (command: Command): Command =>
  command.option(
    '--figures <formats>',
    'of the figures in --out: svg, pdf, or both, separated by a comma (default: svg)',
  );

/** Throws InputError (field `figures`) for a format that is none, and for formats without a folder. */
export function readFormats({ figures, out }: FigureFlags): FigureFormat[] {
  if (figures === undefined) return ['svg'];
  if (out === undefined)
    throw new InputError(
      'figures',
      `option figures is ${figures}, and there is no --out: expected a folder for the figures, give it`,
    );
  return figures.split(',').map((part) => {
    const name = part.trim();
    const format = FORMATS.find((known) => known === name);
    if (format) return format;
    throw new InputError(
      'figures',
      `option figures has "${name}": expected svg, pdf, or svg,pdf; choose among them`,
    );
  });
}

/** NAME.svg and NAME.pdf of every figure, by name, in the formats asked. */
export async function figureFiles(
  figures: Readonly<Record<string, Figure>>,
  formats: readonly FigureFormat[],
  options: DrawingOptions = {},
): Promise<Record<string, string | Uint8Array>> {
  const files: Record<string, string | Uint8Array> = {};
  for (const [name, figure] of Object.entries(figures))
    for (const format of formats) files[`${name}.${format}`] = await draw(figure, format, options);
  return files;
}

async function draw(figure: Figure, format: FigureFormat, options: DrawingOptions) {
  if (format === 'svg') return renderSvg(figure, options);
  const { renderPdf } = await import('../host/pdf.ts');
  return renderPdf(figure, options);
}
