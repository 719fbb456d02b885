/** Whose model a path holds, by a look at it. Not reading one. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { MAGIC } from '../pretrained/gguf/header.ts';

/** Whether a path is a GGUF file, by its name or by how it begins. */
export function isGguf(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  if (/\.gguf$/i.test(path)) return true;
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(MAGIC.length);
    readSync(file, bytes);
    return String.fromCharCode(...bytes) === MAGIC;
  } finally {
    closeSync(file);
  }
}

/** Whether somebody else's model is there: a GGUF file, or a folder with modules.json or a config.json with a model_type. */
export function isPretrained(folder: string): boolean {
  if (isGguf(folder)) return true;
  if (existsSync(join(folder, 'modules.json'))) return true;
  const path = join(folder, 'config.json');
  if (!existsSync(path)) return false;
  try {
    const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return z.looseObject({ model_type: z.string() }).safeParse(config).success;
  } catch {
    return false;
  }
}

/** A folder's name, or a file's without its ending. */
export const pretrainedName = (path: string) => basename(resolve(path)).replace(/\.gguf$/i, '');
