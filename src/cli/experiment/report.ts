/** `experiment report`: a page of all claims from runs that were kept. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { experiments } from '../../experiments/catalogue.ts';
import { makeFolder, readable } from '../../host/files.ts';
import { InputError } from '../../numerics/errors.ts';
import { writeFiles } from '../folder.ts';
import { printLines } from '../terminal.ts';
import { claimsPage, FIGURE_FOLDER, figureName } from './claims.ts';
import { FIGURES, type Kept, readKept } from './kept.ts';

const PAGE = 'claims.md';

/** Throws InputError where nothing was kept in `runs`. */
export function reportClaims(runs: string, { out }: { readonly out: string }): void {
  const kept = experiments.map(({ id }) => readKept(runs, id)).filter((run) => run !== null);
  if (kept.length === 0)
    throw new InputError(
      'runs',
      `"${runs}" holds no run of an experiment: expected the --out of experiment run all, run that first`,
    );
  const found = new Set(kept.map(({ id }) => id));
  const missing = experiments.filter(({ id }) => !found.has(id)).map(({ id }) => id);
  const figures = join(out, FIGURE_FOLDER);
  makeFolder(figures);
  writeFiles(figures, Object.assign({}, ...kept.map((run) => figuresOf(runs, run))));
  writeFiles(out, { [PAGE]: claimsPage(kept, missing) });
  printLines([`${join(out, PAGE)}: ${kept.length} of ${experiments.length} claims`]);
}

/** The figures of a run by their names beside the page. */
const figuresOf = (runs: string, { id }: Kept): Record<string, string> =>
  Object.fromEntries(
    (['light', 'dark'] as const).map((theme) => {
      const path = join(runs, id, FIGURES[theme]);
      return [figureName(id, theme), readable('runs', path, (file) => readFileSync(file, 'utf8'))];
    }),
  );
