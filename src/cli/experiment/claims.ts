/**
 * The page of claims as Markdown: a table of all, then each with its figure, settings and reasons. The same
 * runs give the same text: there is no date in it and no running time. Not its files (report.ts).
 */
import type { Finding } from '../../experiments/run.ts';
import type { Kept } from './kept.ts';
import { expectedText, measuredText } from './text.ts';

/** Where the figures lie, seen from the page. */
export const FIGURE_FOLDER = 'claims';

export const figureName = (id: string, theme: 'light' | 'dark'): string =>
  theme === 'light' ? `${id}.svg` : `${id}-dark.svg`;

/** `missing`: experiments without a run. */
export function claimsPage(runs: readonly Kept[], missing: readonly string[]): string {
  const lines = [
    '# Claims, predicted and measured',
    '',
    ...introduction(runs, missing),
    '',
    '| claim | predicted | measured | verdict | figure |',
    '|---|---|---|---|---|',
    ...runs.flatMap(overviewRows),
    ...runs.flatMap(section),
  ];
  return `${lines.join('\n')}\n`;
}

function introduction(runs: readonly Kept[], missing: readonly string[]): string[] {
  const versions = [...new Set(runs.map(({ version }) => version))].join(', ');
  const smaller = runs.filter((run) => howText(run) !== '').map(({ id }) => id);
  return [
    'Every claim was predicted with a tolerance before it was measured. A verdict compares the prediction with the measured interval: *holds* where all of it is as predicted, *does not hold* where no part is, *inconclusive* else; a claim has the worst verdict of its quantities. Intervals are 95 % over seeds, by bootstrap, where a number is random.',
    '',
    `${countsOf(runs)} Version ${versions}.`,
    ...(smaller.length > 0
      ? [
          '',
          `Run with other settings than those of the full variant so far: ${smaller.join(', ')}.`,
        ]
      : []),
    ...(missing.length > 0 ? ['', `Not run yet: ${missing.join(', ')}.`] : []),
    '',
    'Written by `schmetterling experiment report`, from what `schmetterling experiment run all` found.',
  ];
}

function countsOf(runs: readonly Kept[]): string {
  const counts = (['holds', 'does not hold', 'inconclusive'] as const).map(
    (verdict) => `${runs.filter((run) => run.verdict === verdict).length} ${verdict}`,
  );
  return `Verdicts: ${counts.join(', ')}.`;
}

/** A row a quantity; what is said of the whole claim stands in its first. */
function overviewRows(kept: Kept): string[] {
  const { id, title, findings, verdict } = kept;
  return findings.map((finding, k) => {
    const claim = k === 0 ? `[${id}](#${id}): ${marked(title)} **${verdict}**${howText(kept)}` : '';
    const figure = k === 0 ? picture(id, title, 160) : '';
    const predicted = `${marked(finding.quantity)}: ${expectedText(finding)}`;
    const cells = [claim, predicted, measuredText(finding), finding.verdict, figure];
    return `| ${cells.join(' | ')} |`;
  });
}

/** A figure that follows the reader's light or dark ground and opens in full. */
function picture(id: string, title: string, width: number): string {
  const [light, dark] = (['light', 'dark'] as const).map(
    (theme) => `${FIGURE_FOLDER}/${figureName(id, theme)}`,
  );
  return `<a href="${light}"><picture><source media="(prefers-color-scheme: dark)" srcset="${dark}"><img src="${light}" width="${width}" alt="${attribute(title)}"></picture></a>`;
}

function section(kept: Kept): string[] {
  const { id, title, citation, findings, notes = [], verdict, version } = kept;
  return [
    ...['', `## ${id}`, ''],
    ...[`**${marked(title)}** (${marked(citation)})`, ''],
    ...[picture(id, title, 560), ''],
    '| quantity | predicted | measured | verdict |',
    '|---|---|---|---|',
    ...findings.map(findingRow),
    ...['', ...findings.map(({ quantity, why }) => `- *${marked(quantity)}*: ${marked(why)}`)],
    ...notes.flatMap((note) => ['', `Note: ${marked(note)}.`.replace(/[.]+$/, '.')]),
    ...[
      '',
      `Verdict: **${verdict}**. Settings${howText(kept)}: ${settingsText(kept)}; version ${version}.`,
    ],
  ];
}

const findingRow = (finding: Finding) =>
  `| ${marked(finding.quantity)} | ${expectedText(finding)} | ${measuredText(finding)} | ${finding.verdict} |`;

/** Which variant was run, and which settings were changed; nothing of the full one as it is. */
function howText({ variant, changed = [] }: Kept): string {
  const parts = [
    ...(variant === 'full' ? [] : [`${variant} variant`]),
    ...(changed.length > 0 ? [`${changed.join(', ')} changed`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

const settingsText = ({ settings }: Kept) =>
  Object.entries(settings)
    .map(
      ([name, value]) => `\`${name}=${typeof value === 'object' ? JSON.stringify(value) : value}\``,
    )
    .join(', ');

/** Text that means nothing to Markdown, and fits a cell of a table. */
const marked = (text: string) =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|#~]/g, (sign) => `\\${sign}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');

const attribute = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('|', '&#124;');
