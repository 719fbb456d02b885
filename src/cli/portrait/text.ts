/** A portrait for a reader: a table of layers, one of heads, and who merges in which sentence. */

import type { Portrait } from '../../language/portrait/portrait.ts';
import { RELATIONS } from '../../language/portrait/sentences.ts';
import { counted } from '../../numerics/counted.ts';
import { printable } from '../../numerics/printable.ts';
import { bold, dim, type Screen, table } from '../terminal.ts';

export function portraitLines(screen: Screen, portrait: Portrait): string[] {
  const { model, depth, coupling, sentences } = portrait;
  return [
    bold(screen, `${model}: ${counted(sentences.length, 'sentence')}`),
    dim(screen, `${depth === 'ode' ? 'ode' : counted(depth, 'layer')} · ${coupling} coupling`),
    '',
    ...table(screen, layerRows(portrait)),
    '',
    ...table(screen, headRows(portrait)),
    '',
    ...table(screen, knotRows(portrait)),
    ...leadingLines(portrait),
    ...(portrait.notes ?? []).map((note) => `note: ${note}`),
    ...sentences.flatMap((sentence) => mergeLines(sentence)),
  ];
}

function leadingLines({ leading }: Portrait): string[] {
  if (!leading) return [];
  const { positive, negative, complex } = leading;
  const [up, down, turning] = [positive, negative, complex].map(
    (share) => `${(100 * share).toFixed(1)} %`,
  );
  return [
    `the leading eigenvalue of V O is real and positive in ${up} of the heads, negative in ${down}, complex in ${turning}`,
  ];
}

function layerRows({ layers, mergeTolerance: tolerance }: Portrait): string[][] {
  const header = [
    'layer',
    'mean cosine',
    'effective rank',
    `clusters/n at ${tolerance}`,
    'answer',
    'decided',
  ];
  const rows = layers.map(({ layer, diagnostics, clusters, answer, decided }) => [
    String(layer),
    ...[diagnostics.cosine_mean, diagnostics.effective_rank].map((value) => fixed(value)),
    fixed(clusters.find((level) => level.tolerance === tolerance)?.share),
    ...[answer, decided].map((value) => fixed(value)),
  ]);
  return [header, ...rows];
}

/** What each head looks at, averaged over the layers. */
function headRows({ layers, uniform }: Portrait): string[][] {
  const steps = layers.slice(1);
  const rows = steps[0].heads.map((_, head) => {
    const average = (value: (one: (typeof steps)[number]['heads'][number]) => number) =>
      steps.reduce((sum, step) => sum + value(step.heads[head]), 0) / steps.length;
    return [
      `head ${head}`,
      ...RELATIONS.map((relation) => fixed(average(({ looksAt }) => looksAt[relation]))),
      fixed(average(({ entropy }) => entropy)),
    ];
  });
  const even = ['uniform', ...RELATIONS.map((relation) => fixed(uniform[relation])), fixed(1)];
  return [['looks at', ...RELATIONS, 'entropy / ln n'], ...rows, even];
}

function knotRows({ knots }: Portrait): string[][] {
  const rows = knots.map(({ time, heads, eigenvalues }) => [
    time.toFixed(2),
    heads.map(({ effectiveBeta }) => effectiveBeta.toFixed(1)).join(' '),
    heads.map(({ attraction }) => attraction.toFixed(2)).join(' '),
    eigenvalues ? complex(eigenvalues[0]) : '–',
    fixed(eigenvalues && eigenvalues.filter(({ re }) => re > 0).length / eigenvalues.length),
  ]);
  return [['t', 'effective β by head', 'attraction by head', 'λ1 of V·O', 're > 0'], ...rows];
}

function mergeLines({ text, answer, merges }: Portrait['sentences'][number]): string[] {
  const lines = merges.map(
    ({ layer, words }) => `  layer ${layer}: ${words.map(printable).join(' + ')}`,
  );
  return ['', `${printable(text)} → ${printable(answer ?? '')}`, ...lines];
}

const fixed = (value: number | null | undefined) =>
  typeof value === 'number' ? value.toFixed(3) : '–';

const complex = ({ re, im }: { re: number; im: number }) =>
  im === 0 ? re.toFixed(2) : `${re.toFixed(2)} ± ${Math.abs(im).toFixed(2)}i`;
