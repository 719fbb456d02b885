/** `inspect`: every diagnostic on the hidden states of any transformer, from arrays that it saved. */
import { Command } from 'commander';
import type { InspectOptions } from '../../flow/inspect.ts';
import { numberIfOne } from '../flags.ts';
import { printJson, printLines, standardScreen } from '../terminal.ts';

interface InspectFlags {
  readonly attentions?: string;
  readonly space?: string;
  readonly beta?: string;
  readonly tolerances?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  schmetterling inspect hidden_states.npy
  schmetterling inspect hidden_states.npy --attentions attentions.npy --out runs/mine
  schmetterling inspect hidden_states.npy --space euclidean --json > numbers.json

FRAMES.npy is [layers, tokens, width], --attentions [layers, heads, tokens, tokens], with a matrix for
every frame or for every frame but the embedding. In Python, from a model of the transformers library:
  out = model(**inputs, output_hidden_states=True, output_attentions=True)
  numpy.save("hidden_states.npy", torch.stack(out.hidden_states)[:, 0].float().cpu().numpy())
  numpy.save("attentions.npy", torch.stack(out.attentions)[:, 0].float().cpu().numpy())

--out writes inspect.json, diagnostics.csv, clusters.csv, and run.json last.`;

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('the diagnostics of any transformer’s hidden states, saved as .npy')
    .argument('<frames>', 'an .npy file of hidden states [layers, tokens, width]')
    .option('--attentions <file>', 'an .npy file of attentions [layers, heads, tokens, tokens]')
    .option(
      '--space <name>',
      'sphere: directions and angles; euclidean: as they are (default: sphere)',
    )
    .option('--beta <number>', 'β of the energy (default: 1)')
    .option('--tolerances <list>', 'tolerances of the clusters, separated by commas')
    .option('--out <folder>', 'write the numbers as files into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(inspect);
}

async function inspect(file: string, flags: InspectFlags): Promise<void> {
  const { inspectFrames, inspectSettings } = await import('../../flow/inspect.ts');
  const { readNpy } = await import('../../host/npy.ts');
  const options = inspectSettings(optionsOf(flags) as InspectOptions);
  const attentions =
    flags.attentions === undefined ? null : readNpy(flags.attentions, 'attentions');
  const frames = readNpy(file, 'frames');
  const folder = flags.out;
  if (folder !== undefined) (await import('../folder.ts')).prepareFolder(folder);
  const begun = performance.now();
  const inspection = inspectFrames(frames, attentions, options);
  const seconds = (performance.now() - begun) / 1000;
  const sources = { frames: file, attentions: flags.attentions ?? null };
  const written = folder === undefined ? [] : await write(folder, inspection, sources, seconds);
  if (flags.json) return printJson({ ...sources, ...inspection, seconds });
  const { inspectionLines } = await import('../inspect/text.ts');
  printLines([...inspectionLines(standardScreen(), file, inspection, seconds), ...written]);
}

/** The flags as options of the library, unchecked. */
function optionsOf({ space, beta, tolerances }: InspectFlags) {
  const list = tolerances?.split(',').map((text) => numberIfOne(text));
  const given = { space, beta: numberIfOne(beta), tolerances: list };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Writes the folder and says so, in one line. */
async function write(...job: Parameters<typeof import('../inspect/files.ts').writeInspection>) {
  const { writeInspection } = await import('../inspect/files.ts');
  const files = writeInspection(...job);
  return ['', `${job[0]}: ${files.join(', ')}`];
}
