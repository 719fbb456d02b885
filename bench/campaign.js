/**
 * What must hold whatever happens: requests drawn at random, kills at random moments, damaged files, full disks, load.
 * Bounded and seeded: case k of a seed is always the same, and the cases that stand in OUT are not run again, so that a
 * campaign can be ended and gone on with. Needs `npm run build`; the last figures stand in docs/reliability.md.
 *
 *   node bench/campaign.js requests|kills|files|disk|load --seed 7 --count 1000 --out FOLDER [--at-once 2]
 *
 * requests: COUNT bodies for the routes of /api/openapi.json, each answered as documented. kills: COUNT kill -9 of
 * training, sweeps, recordings, experiments and the server, which then go on to the bytes of the undisturbed run.
 * files: COUNT files with some bytes changed, each refused in a line or read. disk: every command on file systems of
 * COUNT sizes, which needs root. load: COUNT seconds of 200 visitors, and 200 of the largest requests at a time.
 * The exit code is 1 where something did not hold.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openJournal } from './campaign/journal.js';

const KINDS = ['requests', 'kills', 'files', 'disk', 'load'];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '7' },
    count: { type: 'string', default: '100' },
    out: { type: 'string' },
    'at-once': { type: 'string', default: '2' },
  },
});
const [kind] = positionals;
if (!KINDS.includes(kind) || values.out === undefined) {
  console.error(
    `expected ${KINDS.join('|')} and --out FOLDER, such as: node bench/campaign.js kills --count 20 --out runs/campaign`,
  );
  process.exit(2);
}
const folder = join(resolve(values.out), `${kind}-${values.seed}`);
mkdirSync(folder, { recursive: true });
const { run } = await import(`./campaign/${kind}.js`);
const journal = openJournal(join(folder, 'cases.jsonl'));
const settings = {
  seed: Number(values.seed),
  count: Number(values.count),
  atOnce: Number(values['at-once']),
  folder,
  journal,
};
await run(settings);
journal.tell();
process.exit(journal.faults().length > 0 ? 1 : 0);
