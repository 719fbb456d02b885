/** Cells of an experiment in a file: a run that is ended again and again comes to its end, with the same numbers. */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { measureCells } from '../../src/experiments/cells.ts';
import { openCells, removeCells } from '../../src/host/experiment-cells.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-cells-'));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
const fresh = (about = 'settings') => ({ path: join(root, String(made++), 'cells.jsonl'), about });

/** Numbers that JSON lacks, too. */
const VALUES = [[Number.NaN, -0], null, Float64Array.of(1, Number.POSITIVE_INFINITY), 'z', [3n]];

/** Two measurements of five cells; ends before the cell of that number. */
async function measured(file: ReturnType<typeof fresh>, last = Number.POSITIVE_INFINITY) {
  const asked: number[] = [];
  const context = { cells: openCells(file) };
  const cell = (first: number) => async (_: object, index: number) => {
    if (first + index === last) throw new Error('ended');
    asked.push(first + index);
    // longer than what is written together
    await new Promise((resolve) => setTimeout(resolve, 0));
    return [VALUES[index], first];
  };
  const found = await measureCells(cell(0), {}, 5, context)
    .then(async (one) => [one, await measureCells(cell(5), {}, 5, context)])
    .catch(() => null);
  return { found, asked };
}

describe('cells', () => {
  it('are measured once, however often the run is ended', async () => {
    const file = fresh();
    const { found: whole } = await measured(fresh());
    const seen: number[] = [];
    // what was found within half a second before the end may be lost: the first is written at once
    for (let sitting = 1; sitting < 10; sitting++) {
      const { found, asked } = await measured(file, sitting);
      expect(found).toBe(null);
      seen.push(...asked);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].slice(0, seen.length));
    const { found } = await measured(file);
    expect(found).toEqual(whole);
    removeCells(file);
    expect(existsSync(file.path)).toBe(false);
  });

  it('that are torn or damaged are measured again, and the others kept', async () => {
    const file = fresh();
    for (let sitting = 1; sitting <= 6; sitting++) await measured(file, sitting);
    const lines = readFileSync(file.path, 'utf8').split('\n');
    lines[2] = lines[2].replace(/"value":"(.)/, '"value":"_');
    writeFileSync(file.path, lines.join('\n'));
    appendFileSync(file.path, lines[1].slice(0, 40));
    const { found, asked } = await measured(file);
    expect(asked).toEqual([1, 6, 7, 8, 9]);
    expect(found).toEqual((await measured(fresh())).found);
  });

  it('of other settings are measured anew', async () => {
    const file = fresh();
    await measured(file, 3);
    const { asked } = await measured({ ...file, about: 'others' });
    expect(asked).toHaveLength(10);
  });

  it('say how long they took, over all runs', async () => {
    const file = fresh();
    expect(openCells(file).seconds).toBe(0);
    await measured(file, 2);
    const before = openCells(file).seconds;
    expect(before).toBeGreaterThan(0);
    await measured(file, 3);
    expect(openCells(file).seconds).toBeGreaterThan(before);
  });
});
