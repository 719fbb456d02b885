/** `limit depth`: L layers against the flow. */
import { Command } from 'commander';
import type { DepthLimit } from '../../limits/depth/depth.ts';
import type { ModelDepthLimit } from '../../limits/depth/model-depth.ts';
import { numberIfOne, withParticleFlags } from '../flags.ts';
import { progressBar } from '../progress.ts';
import type { SimulationFlags } from '../simulation-job.ts';
import { type Subject, subjectOf } from './subject.ts';
import { given, listed } from './values.ts';

interface DepthFlags extends SimulationFlags {
  readonly depths?: string;
  readonly schemes?: string;
  readonly reference?: string;
}

const HELP = `
Examples:
  schmetterling limit depth "Mein Lieblingstier ist __"
  schmetterling limit depth "My favourite animal is the __" --depths 4,8,16,32,64 --out runs/depth
  schmetterling limit depth --dynamics sa --beta 2 --start orthonormal --n 8 --d 8 --time 1

A text is run by the model's own flow; with --dynamics the particles of --start, --init or --text flow
under that. Orders are fitted to the largest error of a position: over the deepest five of the depths whose
error is a hundred times that of the reference, less those where the slope has not settled yet; for rk4 where
no knot of the weights lies inside a step.
--out writes depth.json, depth.csv and depth.svg.`;

export function depthCommand(): Command {
  const command = new Command('depth')
    .description('L layers against the flow itself: positions, logits, the answer')
    .argument('[text]', 'a text as for predict');
  return withParticleFlags(command)
    .option('--time <T>', 'the end of the run (default: 10)')
    .option('--depths <list>', 'numbers of layers (default: 1,2,4,…,512)')
    .option('--schemes <names>', 'separated by commas (default: layer,euler,rk4)')
    .option('--reference <tolerance>', 'of the Dormand–Prince reference (default: 1e-12)')
    .option('--engine <name>', 'auto, mean, reference, wasm or spectral (default: auto)')
    .option('--threads <count>', 'at most so many (default: all cores)')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showDepth);
}

async function showDepth(text: string | undefined, flags: DepthFlags): Promise<void> {
  const begun = performance.now();
  const { deliver, prepare } = await import('./output.ts');
  prepare(flags);
  const { record, tables } = await measure(text, flags);
  const { depthReport } = await import('../../limits/depth/report.ts');
  const seconds = (performance.now() - begun) / 1000;
  deliver({ name: 'depth', record, report: depthReport(record), tables, seconds }, flags);
}

async function measure(
  text: string | undefined,
  { depths, schemes, reference, ...flags }: DepthFlags,
): Promise<{ record: DepthLimit | ModelDepthLimit; tables: Subject['tables'] }> {
  // what is not a number or a scheme is refused by the library
  const asked = given({
    depths: listed(depths),
    schemes: listed(schemes),
    reference: numberIfOne(reference),
  });
  const subject = await subjectOf(text, flags);
  const { tables } = subject;
  const progress = await progressBar('{bar} {percentage} % of the layers');
  const threads = await threadsFor(subject, flags.threads);
  const { machineEngines } = await import('../../host/engines.ts');
  const context = { engines: machineEngines(), onCut: progress.update, ends: threads?.ends };
  try {
    if (subject.kind === 'text') {
      const { modelDepthLimit } = await import('../../limits/depth/model-depth.ts');
      const options = { ...subject.options, ...asked };
      const { model, text: sentence } = subject;
      return { record: await modelDepthLimit(model, sentence, options as never, context), tables };
    }
    const { depthLimit } = await import('../../limits/depth/depth.ts');
    const { limit } = await depthLimit({ ...subject.options, ...asked }, context);
    return { record: limit, tables };
  } finally {
    progress.stop();
    await threads?.close();
  }
}

/** None for --threads 1, and for dynamics of one's own, which are no plain data. */
async function threadsFor(subject: Subject, threads: unknown) {
  const count = threads === undefined ? undefined : Number(threads);
  if (count === 1) return null;
  if (subject.kind === 'flow' && typeof subject.options.dynamics === 'object') return null;
  const { depthThreads } = await import('../../host/depth-threads.ts');
  const most = Number.isInteger(count) ? count : undefined;
  if (subject.kind === 'flow') return depthThreads(subject, most);
  const { folder, text, options } = subject;
  return depthThreads({ kind: 'text', folder, text, ...options }, most);
}
