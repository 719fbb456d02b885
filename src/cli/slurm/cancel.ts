/** `sweep cancel`: ends the jobs of a folder, and looks again whether they are gone. What is done is kept. */
import { packageVersion } from '../../host/package.ts';
import { counted } from '../../numerics/counted.ts';
import { printJson, printLines } from '../terminal.ts';
import { lastPlan, noteDeed, readJournal } from './journal.ts';
import { cancelAll } from './submit.ts';

/** Throws InputError (field `folder`) where nothing was submitted, Error where jobs stay or Slurm does not answer. */
export async function cancelWork(folder: string, { json }: { json?: boolean }): Promise<void> {
  const deeds = readJournal(folder);
  const { nonce } = lastPlan(folder, deeds);
  // before: who has just submitted looks again, and must not take cancelled jobs for lost ones
  noteDeed(folder, { deed: 'cancelled', nonce });
  const { cancelled, left } = await cancelAll(new Set(deeds.map((deed) => deed.nonce)));
  if (json)
    printJson({ command: 'sweep cancel', version: packageVersion(), folder, cancelled, left });
  else printLines([`${counted(cancelled, 'job')} of ${folder} cancelled; what is done is kept`]);
  if (left.length > 0)
    throw new Error(
      `${counted(left.length, 'job')} stay, such as ${left[0].id} (${left[0].state}, ${left[0].reason}): expected them to be gone, cancel again when their nodes answer`,
    );
}
