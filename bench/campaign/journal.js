/** The cases of a campaign, a line each as soon as it has ended. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * An entry is `{ case, kind, outcome, fault? }`, or has `outcomes`, how often each: `fault` says what did not hold.
 */
export function openJournal(path) {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // a last line without its end is of a case that was interrupted
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  const entries = lines.map((line) => JSON.parse(line));
  const known = new Set(entries.map((entry) => entry.case));
  if (!text.endsWith('\n') && text !== '') appendFileSync(path, '\n');
  return {
    has: (number) => known.has(number),
    add(entry) {
      entries.push(entry);
      known.add(entry.case);
      appendFileSync(path, `${JSON.stringify(entry)}\n`);
      if (entry.fault) console.error(`case ${entry.case} (${entry.kind}): ${entry.fault}`);
    },
    faults: () => entries.filter(({ fault }) => fault),
    tell() {
      const counts = {};
      for (const { kind, outcome, outcomes = { [outcome]: 1 } } of entries) {
        counts[kind] ??= {};
        for (const [name, times] of Object.entries(outcomes))
          counts[kind][name] = (counts[kind][name] ?? 0) + times;
      }
      const faults = entries.filter(({ fault }) => fault);
      console.log(
        JSON.stringify({ cases: entries.length, faults: faults.length, counts }, null, 2),
      );
    },
  };
}

/** Runs the cases 0 … count − 1 that are not yet in the journal, so many at a time. */
export async function eachCase({ count, atOnce, journal }, one) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      if (!journal.has(number)) journal.add({ case: number, ...(await one(number)) });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
