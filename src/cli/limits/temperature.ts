/** `limit temperature`: β → ∞. */
import { Command } from 'commander';
import { numberIfOne } from '../flags.ts';
import { progressBar } from '../progress.ts';
import { given, listed } from './values.ts';

const HELP = `
Examples:
  schmetterling limit temperature
  schmetterling limit temperature --query wigner --n 20 --d 8 --betas 1,4,16,64,256
  schmetterling limit temperature --cluster-betas 16,64,256 --cluster-seeds 100 --out runs/temperature

The same start under softmax attention with rising β and under hardmax, with random Q and K = V = I; then the
number of clusters on the circle, counted through the plateau that lasts longest in log t, against √β.
--out writes temperature.json, .csv and .svg.`;

interface TemperatureFlags {
  readonly out?: string;
  readonly json?: boolean;
  readonly betas?: string;
  readonly clusterBetas?: string;
  readonly [name: string]: string | boolean | undefined;
}

export function temperatureCommand(): Command {
  return new Command('temperature')
    .description('softmax attention against hardmax as β grows, and clusters against √β')
    .option('--betas <list>', 'held against hardmax (default: 1,2,4,…,1024)')
    .option('--query <Q>', 'ginibre, wigner or identity (default: ginibre)')
    .option('--query-seed <number>', '(default: 1)')
    .option('--n <count>', 'tokens (default: 12)')
    .option('--d <dimension>', '(default: 3)')
    .option('--seed <number>', 'of the start (default: 1)')
    .option('--time <T>', '(default: 1)')
    .option('--step <h>', 'of the layers (default: 0.01)')
    .option('--cluster-betas <list>', 'on the circle (default: 4,9,16,…,64)')
    .option('--cluster-tokens <count>', '(default: 100)')
    .option('--cluster-time <T>', 'until then clusters are counted (default: 300)')
    .option('--cluster-seeds <count>', '(default: 10)')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showTemperature);
}

async function showTemperature({ out, json, betas, clusterBetas, ...others }: TemperatureFlags) {
  const begun = performance.now();
  const { deliver, prepare } = await import('./output.ts');
  const { machineEngines } = await import('../../host/engines.ts');
  const { temperatureLimit } = await import('../../limits/temperature/temperature.ts');
  const { temperatureReport } = await import('../../limits/temperature/report.ts');
  prepare({ out });
  const numbers = Object.entries(others).map(([name, value]) => [name, numberIfOne(String(value))]);
  const lists = { betas: listed(betas), clusterBetas: listed(clusterBetas) };
  const progress = await progressBar('{bar} {value} of {total} values of β');
  const limit = await temperatureLimit(given({ ...Object.fromEntries(numbers), ...lists }), {
    engines: machineEngines(),
    onProgress: progress.update,
  }).finally(progress.stop);
  const seconds = (performance.now() - begun) / 1000;
  const report = temperatureReport(limit);
  deliver({ name: 'temperature', record: limit, report, seconds }, { out, json });
}
