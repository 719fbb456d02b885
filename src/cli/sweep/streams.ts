/** Whether a sweep of a version that did not say the version of its streams of random numbers has those of this one. */
import { InputError } from '../../numerics/errors.ts';
import { STREAMS } from '../../numerics/random.ts';
import { cellResult } from './cell.ts';
import type { Plan } from './plan.ts';
import { type SweepRecord, writeRecord } from './record.ts';
import { readState, rowFinder, STATE } from './state.ts';

/**
 * The record of the sweep in a folder with the version of its streams. Where that is not known one of its results is
 * computed again. Throws InputError (field `folder`) where it comes out as another one.
 */
export async function withStreams(
  folder: string,
  record: SweepRecord,
  { settingsOf }: Plan,
): Promise<SweepRecord> {
  if (record.streams !== undefined) return record;
  const state = readState([folder], record);
  const cell = state.states.indexOf(STATE.done);
  if (cell >= 0) {
    const before = rowFinder(state)(cell).toString('utf8');
    const { row } = await cellResult(record, cell, settingsOf);
    if (row !== before)
      throw new InputError(
        'folder',
        `"${folder}" holds a sweep of a version with other random numbers, with which cell ${cell} has other values: expected the same; \`sweep merge\` takes what is there, or begin anew in another folder`,
      );
  }
  const known = { ...record, streams: STREAMS };
  writeRecord(folder, known);
  return known;
}
