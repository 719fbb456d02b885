/** `catalogue`: what there is to choose from, in a list, or one entry with its parameters. */
import { Command } from 'commander';
import { closest } from 'fastest-levenshtein';
import type { Catalogue } from '../../host/catalogue.ts';
import { InputError } from '../../numerics/errors.ts';
import { type CatalogueEntry, entryLines, kindLines } from '../catalogue-text.ts';
import { printJson, printLines, standardScreen } from '../terminal.ts';

const HELP = `
Examples:
  schmetterling catalogue                 everything, a line each
  schmetterling catalogue starts          one kind
  schmetterling catalogue kuramoto        one entry, with its parameters
  schmetterling catalogue --json          everything as one JSON document`;

export function catalogueCommand(): Command {
  return new Command('catalogue')
    .description(
      'dynamics, starts, schemes, engines, diagnostics and families, with their parameters',
    )
    .argument('[name]', 'a kind, such as dynamics, or the name of an entry')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showCatalogue);
}

async function showCatalogue(name: string | undefined, { json }: { json?: boolean }) {
  const { catalogue } = await import('../../host/catalogue.ts');
  const kinds = catalogue();
  const screen = standardScreen();
  if (name === undefined) return json ? printJson(kinds) : printLines(kindLines(screen, kinds));
  if (Object.hasOwn(kinds, name)) {
    const kind = { [name]: kinds[name as keyof Catalogue] };
    return json ? printJson(kind) : printLines(kindLines(screen, kind));
  }
  const entries = entriesNamed(kinds, name);
  if (json) return printJson(entries);
  printLines(entries.flatMap(([kind, entry]) => entryLines(screen, kind, entry)));
}

/** Pairs of kind and entry; a name may stand in two kinds. Throws InputError with the nearest name. */
function entriesNamed(kinds: Catalogue, name: string): [string, CatalogueEntry][] {
  const all = Object.entries(kinds).flatMap(([kind, entries]) =>
    entries.map((entry): [string, CatalogueEntry] => [kind, entry]),
  );
  const found = all.filter(([, entry]) => entry.name === name);
  if (found.length > 0) return found;
  const names = [...Object.keys(kinds), ...all.map(([, entry]) => entry.name)];
  throw new InputError(
    'name',
    `there is no "${name}" in the catalogue: did you mean "${closest(name, names)}"? \`schmetterling catalogue\` lists all names`,
  );
}
