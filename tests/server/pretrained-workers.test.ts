/** Pretrained models behind workers: one of them has their weights, whatever the number of workers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWorkers, type Workers } from '../../src/server/pool.ts';
import { folderOf, plainOf, single, textOf } from '../host/pretrained-folder.ts';

const { ids } = plainOf('bert');
const place = single(ids);
const folder = folderOf('bert', ids[place]);
let workers: Workers;
beforeAll(() => {
  const folders = { bert: folder, lieblingstier: 'models/lieblingstier' };
  workers = startWorkers(
    { folders, defaultModel: 'lieblingstier', pretrained: ['bert'] },
    { threads: 2 },
  );
  return workers.ready;
});
afterAll(() => workers.close());

const ask = async (text: string, model?: string) =>
  JSON.parse(
    await workers.run({
      kind: 'predict',
      request: {
        text,
        model,
        top: 3,
        targets: [],
        reading: 'blank',
        maximumUnexplored: 0.5,
        maximumExpansions: 8,
      },
    }),
  );

it('answer side by side, and the same for all', async () => {
  const text = textOf(ids, place);
  const [one, other, own] = await Promise.all([
    ask(text, 'bert'),
    ask(text, 'bert'),
    ask('Annas Lieblingstier ist __'),
  ]);
  expect(one.predictions).toEqual(other.predictions);
  expect([one.precision, own.model]).toEqual(['float32', 'lieblingstier']);
});
