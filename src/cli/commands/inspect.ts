/** `inspect`: every diagnostic on the hidden states of any transformer, from arrays that it saved or by running it. */
import { Command } from 'commander';
import type { Inspection, InspectOptions } from '../../flow/inspect.ts';
import { InputError } from '../../numerics/errors.ts';
import { numberIfOne, PRECISION_FLAG, readingOf, THREADS_FLAG } from '../flags.ts';
import type { Sources } from '../inspect/files.ts';
import { printJson, printLines, standardScreen } from '../terminal.ts';
import { givenText } from '../text.ts';

interface InspectFlags {
  readonly text?: string;
  readonly model?: string;
  readonly precision?: string;
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
  schmetterling inspect --model ./bert-base-german-cased --text "Mein Lieblingstier ist [MASK]."

FRAMES.npy is [layers, tokens, width], --attentions [layers, heads, tokens, tokens], with a matrix for
every frame or for every frame but the embedding. In Python, from a model of the transformers library:
  out = model(**inputs, output_hidden_states=True, output_attentions=True)
  numpy.save("hidden_states.npy", torch.stack(out.hidden_states)[:, 0].float().cpu().numpy())
  numpy.save("attentions.npy", torch.stack(out.attentions)[:, 0].float().cpu().numpy())

--text runs a text through --model instead, as trace does: the numbers are those of the arrays that
trace --out writes.

--out writes inspect.json, diagnostics.csv, clusters.csv, and run.json last.`;

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('the diagnostics of any transformer’s hidden states, saved as .npy')
    .argument('[frames]', 'an .npy file of hidden states [layers, tokens, width]')
    .option('--attentions <file>', 'an .npy file of attentions [layers, heads, tokens, tokens]')
    .option('--text <text>', 'the states of this text instead, as --model runs it')
    .option(
      '--model <name>',
      'name of an installed model, or the path of a model folder or of a GGUF file',
    )
    .option(...PRECISION_FLAG)
    .option(...THREADS_FLAG)
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

async function inspect(file: string | undefined, flags: InspectFlags): Promise<void> {
  const { inspectSettings } = await import('../../flow/inspect.ts');
  const options = inspectSettings(optionsOf(flags) as InspectOptions);
  const run =
    file === undefined ? await ofModel(flags, options) : await ofArrays(file, flags, options);
  const folder = flags.out;
  if (folder !== undefined) (await import('../folder.ts')).prepareFolder(folder);
  const begun = performance.now();
  const inspection = run.inspect();
  const seconds = (performance.now() - begun) / 1000;
  const { sources } = run;
  const written = folder === undefined ? [] : await write(folder, inspection, sources, seconds);
  if (flags.json) return printJson({ ...sources, ...inspection, seconds });
  const { inspectionLines } = await import('../inspect/text.ts');
  printLines([...inspectionLines(standardScreen(), sources, inspection, seconds), ...written]);
}

/** What is inspected, read and checked. */
interface Opened {
  readonly sources: Sources;
  readonly inspect: () => Inspection;
}

async function ofArrays(
  frames: string,
  flags: InspectFlags,
  options: InspectOptions,
): Promise<Opened> {
  for (const name of ['text', 'model', 'precision'] as const)
    if (flags[name] !== undefined)
      throw new InputError(
        name,
        `option ${name} is ${JSON.stringify(flags[name])}, and ${frames} holds the states of a run: leave out one of the two`,
      );
  const { inspectFrames } = await import('../../flow/inspect.ts');
  const { readNpy } = await import('../../host/npy.ts');
  const attentions =
    flags.attentions === undefined ? null : readNpy(flags.attentions, 'attentions');
  const states = readNpy(frames, 'frames');
  return {
    sources: { frames, attentions: flags.attentions ?? null },
    inspect: () => inspectFrames(states, attentions, options),
  };
}

async function ofModel(flags: InspectFlags, options: InspectOptions): Promise<Opened> {
  if (flags.text === undefined)
    throw new InputError(
      'frames',
      'nothing is given to inspect: expected an .npy file of hidden states, or --text and --model',
    );
  if (flags.attentions !== undefined)
    throw new InputError(
      'attentions',
      `option attentions is ${JSON.stringify(flags.attentions)}, and a model that runs has its own: leave it out`,
    );
  const text = await givenText(flags.text);
  const { readModel } = await import('../../host/models.ts');
  const { inspectText } = await import('../../language/inspect-text.ts');
  const model = readModel(flags.model, readingOf(flags));
  return {
    sources: { model: model.name, text },
    inspect: () => inspectText(model, text, options),
  };
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
