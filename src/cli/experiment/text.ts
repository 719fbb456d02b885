/** A run of an experiment in words: what was predicted, what was measured. */
import type { Finding } from '../../experiments/run.ts';
import { printable } from '../../numerics/printable.ts';
import { bold, dim, standardScreen, table } from '../terminal.ts';
import type { Kept } from './kept.ts';

export function runLines(kept: Kept): string[] {
  const { id, title, citation, findings, notes = [], verdict, seconds } = kept;
  const screen = standardScreen();
  const rows = findings.map((finding) => [
    printable(finding.quantity),
    expectedText(finding),
    measuredText(finding),
    finding.verdict,
  ]);
  return [
    bold(screen, printable(title)),
    dim(screen, `${id} · ${citation} · ${seconds.toFixed(1)} s`),
    ...['', ...table(screen, [['', 'predicted', 'measured', 'verdict'], ...rows]), ''],
    ...notes.map(printable),
    `verdict: ${verdict}`,
  ];
}

/** The line of a run that is over, while others go on. */
export const endLine = ({ id, verdict, seconds }: Kept): string =>
  `${id}: ${verdict} (${seconds.toFixed(1)} s)`;

export function expectedText({ expected }: Pick<Finding, 'expected'>): string {
  if ('value' in expected) return `${short(expected.value)} ± ${short(expected.tolerance)}`;
  const { low, high } = expected;
  if (high === Number.POSITIVE_INFINITY) return `at least ${short(low)}`;
  if (low === Number.NEGATIVE_INFINITY) return `at most ${short(high)}`;
  return `${short(low)} to ${short(high)}`;
}

export function measuredText({ measured }: Pick<Finding, 'measured'>): string {
  const { value, low, high, samples } = measured;
  return samples > 1
    ? `${short(value)} (${short(low)} to ${short(high)}, ${samples} seeds)`
    : short(value);
}

const short = (value: number) =>
  Number.isNaN(value) ? 'no value' : String(Number(value.toPrecision(4)));
