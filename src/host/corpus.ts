/** Reads the files of a world's folder, as `parseWorld` wants them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { InputError } from '../numerics/errors.ts';

/** Every file under the folder by its path relative to it. Throws InputError where there is no world.json. */
export function readCorpus(folder: string): Record<string, string> {
  if (!existsSync(join(folder, 'world.json')))
    throw new InputError(
      'corpus',
      `${folder} holds no world.json: give the folder of a world, such as data/worlds/lieblingstier`,
    );
  return Object.fromEntries(
    filesUnder(folder).map((file) => [relative(folder, file), readFileSync(file, 'utf8')]),
  );
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesUnder(path) : [path]));
}
