/** A small random model on disk, for the tests of the faces. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { saveModel } from '../../src/language/checkpoint.ts';
import { randomModel } from '../language/random-model.ts';

/** Writes config.json and model.safetensors into `folder` and returns it. */
export function writeRandomModel(folder: string, seed = 1): string {
  // few slots: a random model knows no end, and its answers would be searched for long
  const { config, weights } = saveModel(randomModel(seed, { slots: 3 }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), config);
  writeFileSync(join(folder, 'model.safetensors'), weights);
  return folder;
}
