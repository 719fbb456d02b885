/** `portrait`: what the flow of a model does with some sentences, and what its weights say of it. */
import { Command } from 'commander';
import type { Portrait } from '../../language/portrait/portrait.ts';
import { type FigureFlags, type FigureFormat, readFormats, withFigureFlag } from '../figures.ts';
import { answerOptions, COUPLING_HELP, MODEL_FLAG } from '../flags.ts';
import { printJson, printLines, standardScreen } from '../terminal.ts';

interface PortraitFlags extends FigureFlags {
  readonly model?: string;
  readonly file?: string;
  readonly depth?: string;
  readonly coupling?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  schmetterling portrait "Mein Lieblingstier ist __" "My favourite animal is __"
  schmetterling portrait --model ../bert-base-german-cased "Mein Lieblingstier ist __"
  schmetterling portrait --file data/evaluation/portrait.txt --out runs/portrait

Of a Hugging Face folder or a GGUF file there is an entry of weights for every layer: effective β, likeness, symmetry, attraction and
spectrum of V·O of each head, of the maps alone, without biases, gains of norms and rotation.

--out writes portrait.json, layers.csv, heads.csv, glances.csv, merges.csv and the figures cosines.svg,
clusters.svg, lens.svg, heads.svg, weights.svg and spectrum.svg, with --figures pdf as PDF.`;

export function portraitCommand(): Command {
  return withFigureFlag(new Command('portrait'))
    .description(
      'a model looked at: clusters, heads and lens over some sentences, spectra of its weights',
    )
    .argument('[texts...]', 'sentences as for predict')
    .option(...MODEL_FLAG)
    .option('--file <path>', 'sentences of a text file, one a line')
    .option('--depth <layers>', 'number of layers, or ode (default: as the model was trained)')
    .option('--coupling <name>', COUPLING_HELP)
    .option('--out <folder>', 'write numbers, tables and figures into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showPortrait);
}

async function showPortrait(texts: readonly string[], flags: PortraitFlags): Promise<void> {
  const formats = readFormats(flags);
  const all = [...texts, ...(await linesOf(flags.file))];
  const { readModel } = await import('../../host/models.ts');
  const { portrait, portraitToJson } = await import('../../language/portrait/portrait.ts');
  const result = portrait(readModel(flags.model), all, answerOptions(flags));
  const written = flags.out === undefined ? [] : await write(flags.out, result, formats);
  if (flags.json) return printJson(portraitToJson(result));
  const { portraitLines } = await import('../portrait/text.ts');
  printLines([...portraitLines(standardScreen(), result), ...written]);
}

async function linesOf(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  const { readUtf8 } = await import('../../host/stdin.ts');
  return readUtf8(file, 'file')
    .split(/\r\n?|\n/)
    .filter((line) => line.trim() !== '');
}

async function write(
  folder: string,
  result: Portrait,
  formats: readonly FigureFormat[],
): Promise<string[]> {
  const { writePortrait } = await import('../portrait/files.ts');
  return ['', `${folder}: ${(await writePortrait(folder, result, formats)).join(', ')}`];
}
