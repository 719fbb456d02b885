/** `models`: which models are installed. */
import { Command } from 'commander';
import { printJson, printLines, standardScreen, table } from '../terminal.ts';

const HELP = `
Examples:
  schmetterling models
  schmetterling models --json
  schmetterling predict "Mein Lieblingstier ist __" --model lieblingstier`;

export function modelsCommand(): Command {
  return new Command('models')
    .description('the installed models')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showModels);
}

async function showModels({ json }: { json?: boolean }): Promise<void> {
  const { DEFAULT_MODEL, listModels } = await import('../../host/models.ts');
  const { modelRecord } = await import('../../language/model-record.ts');
  const models = listModels().map(modelRecord);
  if (json) return printJson({ default: DEFAULT_MODEL, models });
  if (models.length === 0) return printLines(['no model is installed']);
  const rows = models.map((model) =>
    'problem' in model
      ? [model.name, '', '', '', '', `cannot be used: ${model.problem}`]
      : [
          model.name,
          model.languages.join(', '),
          String(model.parameters),
          String(model.dimension),
          String(model.depth),
          model.name === DEFAULT_MODEL ? 'default' : '',
        ],
  );
  const header = ['name', 'languages', 'parameters', 'dimension', 'layers', ''];
  printLines(table(standardScreen(), [header, ...rows]));
}
