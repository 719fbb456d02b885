/** `limit particles`: n particles against their mean field. */
import { Command } from 'commander';
import { numberIfOne } from '../flags.ts';
import { progressBar } from '../progress.ts';
import { given, listed } from './values.ts';

const HELP = `
Examples:
  schmetterling limit particles
  schmetterling limit particles --attention usa --beta 5 --law von_mises --concentration 2 --n 100,1000,10000
  schmetterling limit particles --attention usa --beta 1 --kappa 5 --times 0,1 --seeds 10 --out runs/particles
  schmetterling limit particles --draw quantiles --times 0

On the circle: n particles are drawn of the law, and both flow. W1 is the mean over the seeds; "between runs"
is the median distance of two runs of as many particles. --out writes particles.json, .csv and .svg.`;

interface ParticleFlags {
  readonly out?: string;
  readonly json?: boolean;
  readonly threads?: string;
  readonly n?: string;
  readonly times?: string;
  readonly [name: string]: string | boolean | undefined;
}

export function particlesCommand(): Command {
  return new Command('particles')
    .description('n particles against the law that they are drawn of, while both flow')
    .option('--attention <name>', 'sa or usa (default: sa)')
    .option('--beta <β>', 'inverse temperature (default: 2)')
    .option('--kappa <κ>', 'inverse noise (default: no noise)')
    .option('--law <name>', 'of the start: cosine or von_mises (default: cosine)')
    .option('--mode <k>', 'density ∝ 1 + a cos kθ (default: 1)')
    .option('--amplitude <a>', 'of that (default: 0.5)')
    .option('--concentration <c>', 'density ∝ e^(c cos θ) (default: 1)')
    .option('--draw <how>', 'independent or quantiles (default: independent)')
    .option('--n <list>', 'numbers of particles (default: 10,100,1000,10000)')
    .option('--times <list>', 'rising (default: 0,1,5)')
    .option('--seeds <count>', 'runs of each n (default: 5)')
    .option('--seed <number>', 'the first of them (default: 1)')
    .option('--tolerance <tolerance>', 'of dopri5, without noise (default: 1e-8)')
    .option('--step <h>', 'of heun, with noise (default: 0.01)')
    .option('--threads <count>', 'at most so many (default: all cores)')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showParticles);
}

async function showParticles({ out, json, threads, n, times, ...others }: ParticleFlags) {
  const begun = performance.now();
  const { deliver, prepare } = await import('./output.ts');
  const { machineEngines } = await import('../../host/engines.ts');
  const { particleLimit } = await import('../../limits/particles/particles.ts');
  const { particleReport } = await import('../../limits/particles/report.ts');
  const numbers = Object.entries(others).map(([name, value]) => [name, numberIfOne(String(value))]);
  const lists = { n: listed(n), times: listed(times), threads: numberIfOne(threads) };
  prepare({ out });
  const progress = await progressBar('{bar} {value} of {total} numbers of particles');
  const limit = await particleLimit(given({ ...Object.fromEntries(numbers), ...lists }), {
    engines: machineEngines(),
    onProgress: progress.update,
  }).finally(progress.stop);
  const seconds = (performance.now() - begun) / 1000;
  deliver(
    { name: 'particles', record: limit, report: particleReport(limit), seconds },
    { out, json },
  );
}
