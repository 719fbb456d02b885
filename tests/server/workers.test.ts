/** The threads behind the server: their queue, their time limit, and models that cannot be read. */
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { BusyError } from '../../src/server/fair-queue.ts';
import { startWorkers } from '../../src/server/pool.ts';
import { writeRandomModel } from '../host/model-folder.ts';
import { PATIENT } from '../patience.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-workers-'));
const model = writeRandomModel(join(folder, 'probe'));
const QUESTION = { text: 'Mein Lieblingstier ist __', depth: 1 };
afterAll(() => rmSync(folder, { recursive: true }));

describe('the workers', () => {
  const start = { folders: { probe: model }, defaultModel: 'probe' };
  const one = { threads: 1, seconds: PATIENT };
  const request = {
    ...QUESTION,
    top: 10,
    targets: [],
    maximumUnexplored: 0.05,
    reading: 'blank' as const,
  };
  const endless = { ...request, depth: 512, maximumUnexplored: 0, maximumExpansions: 100_000 };
  const task = { kind: 'predict', request: { ...request, maximumExpansions: 200 } } as const;

  it('turn away what the queue does not hold, and answer the rest', async () => {
    const workers = startWorkers(start, { ...one, queue: 2 });
    await workers.ready;
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => workers.run(task)));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(5);
    // the same prediction is known now
    expect(await workers.run(task)).toBe(await workers.run(task));
    expect((refused[0] as PromiseRejectedResult).reason).toBeInstanceOf(BusyError);
    await workers.close();
  });

  it('give up after the time limit, and go on with a new thread', async () => {
    const workers = startWorkers(start, one);
    await workers.ready;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answer = workers.run({ kind: 'predict', request: endless });
    const refused = expect(answer).rejects.toThrow(`longer than ${PATIENT} s`);
    // the queue is entered first
    await vi.advanceTimersByTimeAsync(1000 * PATIENT);
    vi.useRealTimers();
    await refused;
    expect(
      JSON.parse(
        await workers.run({ kind: 'predict', request: { ...task.request, maximumExpansions: 1 } }),
      ),
    ).toHaveProperty('predictions');
    await workers.close();
  });

  it('give up when nobody waits any more, and go on', async () => {
    const workers = startWorkers(start, one);
    await workers.ready;
    const client = new AbortController();
    const answer = workers.run({ kind: 'predict', request: endless }, client.signal);
    client.abort();
    await expect(answer).rejects.toThrow();
    expect(
      JSON.parse(
        await workers.run({ kind: 'predict', request: { ...task.request, maximumExpansions: 1 } }),
      ),
    ).toHaveProperty('predictions');
    await workers.close();
  });

  it('say which file of a model is damaged, and answer with the others', async () => {
    const damaged = writeRandomModel(join(folder, 'damaged'));
    truncateSync(join(damaged, 'model.safetensors'), 1000);
    const workers = startWorkers({ ...start, folders: { ...start.folders, damaged } }, one);
    await workers.ready;
    await expect(
      workers.run({ kind: 'predict', request: { ...task.request, model: 'damaged' } }),
    ).rejects.toThrow(/damaged: model\.safetensors: found 1000 bytes, expected .*again/);
    expect(await workers.run(task)).toContain('predictions');
    await workers.close();
  });

  it('say why a model cannot be read', async () => {
    const workers = startWorkers({ folders: { gone: folder }, defaultModel: 'gone' }, one);
    await expect(workers.ready).rejects.toThrow(/config\.json is missing/);
    await workers.close();
  });
});
