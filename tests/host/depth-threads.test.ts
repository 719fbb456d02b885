/** Depth limits over threads: the numbers of one thread, and errors that keep what they are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { depthThreads } from '../../src/host/depth-threads.ts';
import { readFlow } from '../../src/host/models.ts';
import { depthLimit } from '../../src/limits/depth/depth.ts';
import { modelDepthLimit } from '../../src/limits/depth/model-depth.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { writeRandomModel } from './model-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-depth-'));
afterAll(() => rmSync(root, { recursive: true }));
const OPTIONS = { dynamics: 'sa', parameters: { beta: 2 }, n: 6, d: 3, time: 1 };

it.each([
  [1, OPTIONS],
  [2, OPTIONS],
  // ends at the default time there, too
  [2, { dynamics: 'sa', n: 4 }],
])('dynamics on %d threads give the numbers of none', async (count, flow) => {
  const threads = depthThreads({ kind: 'flow', options: flow }, count);
  const options = { ...flow, depths: [4, 8, 16] };
  const { limit } = await depthLimit(options, { ends: threads.ends });
  await threads.close();
  expect(limit).toEqual((await depthLimit(options)).limit);
});

it('a model on threads gives the numbers of none', async () => {
  const folder = writeRandomModel(join(root, 'model'));
  const text = 'Mein Hund ist __';
  const threads = depthThreads({ kind: 'text', folder, text }, 2);
  const options = { depths: [2, 4, 8] };
  const limit = await modelDepthLimit(readFlow(folder), text, options, { ends: threads.ends });
  await threads.close();
  expect(limit).toEqual(await modelDepthLimit(readFlow(folder), text, options));
});

it('an error comes back as what it is', async () => {
  const threads = depthThreads({ kind: 'flow', options: { ...OPTIONS, maximumSteps: 3 } }, 1);
  const ends = threads.ends([{ scheme: 'layer', step: 0.01 }]);
  await expect(ends).rejects.toThrow(InputError);
  await expect(ends).rejects.toThrow(/after 3 steps/);
  await threads.close();
});
