/** `limit tangent`: how small differences grow along a flow. */
import { Command } from 'commander';
import { numberIfOne, TOLERANCE_FLAG, withParticleFlags } from '../flags.ts';
import { progressBar } from '../progress.ts';
import type { SimulationFlags } from '../simulation-job.ts';
import { subjectOf } from './subject.ts';
import { given } from './values.ts';

const HELP = `
Examples:
  schmetterling limit tangent "Mein Lieblingstier ist __"
  schmetterling limit tangent --dynamics sa --beta 2 --n 8 --d 3 --time 5 --vectors 4
  schmetterling limit tangent --dynamics usa --n 6 --d 2 --time 40 --vectors 6 --out runs/tangent

Lyapunov exponents along the trajectory; with as many vectors as there are directions they are ln σ / T, with σ
the stretching of the flow map; and the spectrum at the end where the particles have come to rest. Fewer vectors
turn to the fastest directions until --spin-up and are measured from then on. Exponents of a time T are a term of
order 1/T away from those of infinite time.
--out writes tangent.json, .csv and .svg.`;

interface TangentFlags extends SimulationFlags {
  readonly vectors?: string;
  readonly tolerance?: string;
  readonly spinUp?: string;
  readonly equilibrium?: boolean;
}

export function tangentCommand(): Command {
  const command = new Command('tangent')
    .description('Lyapunov exponents, the Jacobian of the flow map, the spectrum at rest')
    .argument('[text]', 'a text as for predict');
  return withParticleFlags(command)
    .option('--time <T>', 'the end of the run (default: 10)')
    .option('--vectors <count>', 'how many exponents (default: 8, or 4 for a model)')
    .option(TOLERANCE_FLAG, 'of dopri5 (default: 1e-7)')
    .option(
      '--spin-up <time>',
      'vectors turn in until then (default: half of the time; 0 where there are all)',
    )
    .option('--equilibrium', 'take the end for an equilibrium, however fast the particles are')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showTangent);
}

async function showTangent(
  text: string | undefined,
  { vectors, tolerance, spinUp, equilibrium, ...flags }: TangentFlags,
): Promise<void> {
  const begun = performance.now();
  const { deliver, prepare } = await import('./output.ts');
  const { modelTangentFlow, tangentFlow } = await import('../../limits/tangent/tangent.ts');
  const { tangentReport } = await import('../../limits/tangent/report.ts');
  prepare(flags);
  const subject = await subjectOf(text, flags);
  const asked = given({
    vectors: numberIfOne(vectors),
    tolerance: numberIfOne(tolerance),
    spinUp: numberIfOne(spinUp),
  });
  const options = { ...subject.options, ...asked, ...(equilibrium && { equilibrium }) } as never;
  const progress = await progressBar('{bar} t = {value} of {total}');
  const context = { onProgress: progress.update };
  const run =
    subject.kind === 'text'
      ? modelTangentFlow(subject.model, subject.text, options, context)
      : tangentFlow(options, context);
  const record = await run.finally(progress.stop);
  const seconds = (performance.now() - begun) / 1000;
  const { tables } = subject;
  deliver({ name: 'tangent', record, report: tangentReport(record), tables, seconds }, flags);
}
