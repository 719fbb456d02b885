/** Every experiment in its tiny variant: the claim holds, and with broken dynamics it does not. */
import { readdirSync, readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { experimentNamed, experiments } from '../src/experiments/catalogue.ts';
import type { CellStore, FoundCells } from '../src/experiments/cells.ts';
import { exactly, type Prediction, verdictOf } from '../src/experiments/experiment.ts';
import { runExperiment } from '../src/experiments/run.ts';
import { readModel } from '../src/host/models.ts';
import { bootstrap } from '../src/numerics/bootstrap.ts';
import { mean } from '../src/numerics/statistics.ts';

/** A store of cells in memory, as a file would have them. */
function keptIn(found: Map<string, Buffer>): CellStore {
  let measurements = 0;
  const next = (): FoundCells => {
    const own = measurements++;
    const values = new Map<number, unknown>();
    for (const [name, bytes] of found) {
      const [measurement, index] = name.split('/').map(Number);
      if (measurement === own) values.set(index, deserialize(bytes));
    }
    return {
      has: (index) => values.has(index),
      get: (index) => values.get(index),
      set(index, value) {
        const name = `${own}/${index}`;
        if (found.has(name)) throw new Error(`cell ${name} is measured again`);
        found.set(name, serialize(value));
        return values.set(index, value);
      },
    };
  };
  return { seconds: 0, next };
}

describe.each(experiments.map((entry) => [entry.id, entry] as const))('%s', (_, entry) => {
  it('is described: a sentence, a source, reasons', () => {
    expect(entry.title).toMatch(/\.$/);
    expect(entry.citation).not.toBe('');
    for (const { why, expected } of entry.predict(entry.schema.parse({}))) {
      expect(why.length).toBeGreaterThan(20);
      if ('value' in expected) expect(expected.tolerance).toBeGreaterThan(0);
    }
  });

  it('holds in the tiny variant', async () => {
    const shares: number[] = [];
    const onProgress = (share: number) => shares.push(share);
    const found = new Map<string, Buffer>();
    const measured = { readModel, onProgress, cells: keptIn(found) };
    const run = await runExperiment(entry, { variant: 'tiny' }, measured);
    expect(run.findings.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
    expect(run.verdict).toBe('holds');
    expect(run.figure.panels.length).toBeGreaterThan(0);
    expect(run.columns[0].values.length).toBeGreaterThan(0);
    expect(shares.at(-1)).toBeCloseTo(1, 9);
    // what its cells found is all that a run that goes on needs of them
    const count = found.size;
    const again = await runExperiment(
      entry,
      { variant: 'tiny' },
      { readModel, cells: keptIn(found) },
    );
    expect({ ...again, seconds: 0 }).toEqual({ ...run, seconds: 0 });
    expect(found.size).toBe(count);
    if ((entry.seconds ?? 0) >= 20) expect(count).toBeGreaterThan(2);
  });

  it('does not hold where the dynamics are broken', async () => {
    const run = await runExperiment(
      entry,
      { variant: 'tiny', settings: entry.broken },
      { readModel },
    );
    expect(run.verdict).toBe('does not hold');
  });
});

it('stand in the order of their ids, claims by their numbers first', () => {
  const ids = experiments.map(({ id }) => id);
  const place = (id: string) => (/^c\d\d-/.test(id) ? `0${id}` : `1${id}`);
  expect(ids).toEqual(ids.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)));
  const claims = new Set(ids.flatMap((id) => id.match(/^c\d\d/) ?? []));
  expect(claims.size).toBe(32);
});

it('are all the files of their folder that hold one, each under its id', () => {
  const folder = new URL('../src/experiments/', import.meta.url);
  const files = readdirSync(folder).filter((file) =>
    readFileSync(new URL(file, folder), 'utf8').includes('= experiment({'),
  );
  expect(files.map((file) => file.replace('.ts', ''))).toEqual(
    expect.arrayContaining(experiments.map(({ id }) => id)),
  );
  expect(files).toHaveLength(experiments.length);
});

it('does not hold where the dynamics leave every bound, and says when', async () => {
  const run = await runExperiment(experimentNamed('c09-repulsion'), {
    variant: 'tiny',
    settings: { value: 1, seeds: 2 },
  });
  expect(run.verdict).toBe('does not hold');
  expect(run.findings.map(({ measured }) => measured.value)).toEqual([Number.NaN, Number.NaN]);
  expect(run.notes).toEqual([expect.stringMatching(/^the measurement broke off: after time 35\d/)]);
  expect(run.columns[0].values).toEqual([expect.closeTo(354, -1)]);
});

it('says which settings are not those of the variant', async () => {
  const changedIn = async (settings: object) =>
    (await runExperiment(experimentNamed('svgd'), { variant: 'tiny', settings })).changed;
  expect(await changedIn({ n: 7, time: 15 })).toEqual(['n']);
  expect(await changedIn({})).toBe(undefined);
});

describe('a verdict', () => {
  const about: Prediction = {
    quantity: 'x',
    expected: { value: 2, tolerance: 0.5 },
    why: 'because',
  };
  it.each([
    [exactly(2.4), 'holds'],
    [exactly(2.6), 'does not hold'],
    [exactly(2.4, 0.2), 'inconclusive'],
    [exactly(9, 1), 'does not hold'],
    [exactly(Number.NaN), 'does not hold'],
  ] as const)('of %o is %s', (measured, verdict) => {
    expect(verdictOf(about, measured)).toBe(verdict);
  });

  it('of a range has its ends', () => {
    const range: Prediction = { ...about, expected: { low: 0, high: 1 } };
    expect(verdictOf(range, exactly(1))).toBe('holds');
    expect(verdictOf(range, exactly(1.1))).toBe('does not hold');
  });
});

describe('bad input', () => {
  it('names the nearest experiment', () => {
    expect(() => experimentNamed('birthdeath')).toThrow('did you mean "birth-death"');
  });

  it('names the setting', async () => {
    const run = runExperiment(experimentNamed('birth-death'), { settings: { bta: 3 } });
    await expect(run).rejects.toThrow('unknown option "bta": did you mean "beta"');
  });

  it('ends with the signal', async () => {
    const run = runExperiment(
      experimentNamed('birth-death'),
      { variant: 'tiny' },
      { signal: AbortSignal.abort(new Error('enough')) },
    );
    await expect(run).rejects.toThrow('enough');
  });
});

describe('the bootstrap', () => {
  it('covers the mean of Gaussian samples as often as it says', () => {
    // The interval of the mean of n values is about ±1.96 σ/√n.
    const values = Array.from({ length: 100 }, (_, i) => Math.sin(i * 12.9898) * 2);
    const { value, low, high } = bootstrap(values, mean);
    const deviation = Math.sqrt(mean(values.map((x) => (x - value) ** 2)));
    expect(high - low).toBeCloseTo((2 * 1.96 * deviation) / 10, 1);
    expect(bootstrap(values, mean)).toEqual({ value, low, high });
  });
});
