/** `sweep merge`: one table from the sheets of a sweep, in one folder or in several, when every cell is there. */
import { makeFolder } from '../../host/files.ts';
import { packageVersion } from '../../host/package.ts';
import { counted } from '../../numerics/counted.ts';
import { InputError } from '../../numerics/errors.ts';
import { printJson, printLines } from '../terminal.ts';
import { differenceOf, keepRecord, readRecord, type SweepRecord } from './record.ts';
import { cellsThat, failedCells, failuresOf, readState } from './state.ts';
import { writeTable } from './table.ts';

interface MergeFlags {
  readonly out?: string;
  readonly parquet?: boolean;
  readonly json?: boolean;
}

export async function mergeSweep(folders: readonly string[], flags: MergeFlags): Promise<void> {
  const record = commonRecord(folders);
  const state = readState(folders, record);
  const failed = cellsThat(state, 'failed');
  const [first] = failuresOf(state, failed.slice(0, 1));
  const out = flags.out ?? folders[0];
  makeFolder(out);
  keepRecord(out, record);
  const files = await writeTable(out, record, state, flags);
  const { cells, streams = null } = record;
  const counts = { cells, failed: failed.length };
  if (flags.json)
    printJson({ command: 'sweep merge', version: packageVersion(), streams, files, ...counts });
  else printLines([`${files.join(', ')}: ${counted(cells, 'cell')}`]);
  if (first) throw failedCells(failed.length, cells, first);
}

/** The sweep of all folders. Throws InputError where one of them has another, naming the difference. */
function commonRecord(folders: readonly string[]): SweepRecord {
  const [first, ...others] = folders.map((folder) => readRecord(folder, 'folders'));
  others.forEach((other, k) => {
    const difference = differenceOf(first, other);
    if (difference)
      throw new InputError(
        'folders',
        `"${folders[0]}" and "${folders[k + 1]}" hold two sweeps: ${difference.name} is ${difference.before} in one and ${difference.now} in the other; expected the shards of one, merge them apart`,
      );
  });
  return first;
}
