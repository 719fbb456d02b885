/** `reduce snapshot`: the measure of a family at given parameters. */
import { familySnapshot, snapshotSchema } from '../../reduction/families/snapshot.ts';
import { snapshotReport } from '../../reduction/families/snapshot-report.ts';
import { DOPRI5, operation } from '../operation.ts';
import { atMost } from '../options.ts';
import { FAMILIES } from './families.ts';

export default operation({
  summary: 'the measure of a family at given parameters, by its quantiles',
  library: ['familySnapshot'],
  subject: 'none',
  options: snapshotSchema,
  served: snapshotSchema.extend({ levels: atMost(400, snapshotSchema.shape.levels) }),
  aliases: DOPRI5,
  counted: 'snapshots',
  run: (options) => familySnapshot(options),
  report: snapshotReport,
  examples: [
    '--family burgers --at 2,1,1',
    '--family flow --at 4,1.5 --levels 50 --out runs/snapshot',
  ],
  notes: FAMILIES,
});
