/**
 * The options of functions, which the sources have as zod schemas, as interfaces with a comment each: type by
 * the compiler, description, default and range by the schema. For the reference alone.
 */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { z } from 'zod';
import { root } from './root.js';

const ALIAS = /^export type (\w+) = z\.input<typeof (\w+)>;$/gm;

/** The text of each source of the program that declares options, by path. Wants the built `dist`. */
export async function sourcesWithOptions(program) {
  const checker = program.getTypeChecker();
  const texts = new Map();
  for (const source of program.getSourceFiles()) {
    const aliases = [...source.text.matchAll(ALIAS)];
    if (source.fileName.includes('/node_modules/') || aliases.length === 0) continue;
    const built = await builtModule(source.fileName);
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
    texts.set(
      source.fileName,
      source.text.replace(ALIAS, (alias, name, schema) => {
        // A schema that is not exported belongs to options that nobody outside passes on.
        if (!built[schema]) return alias;
        const described = z.toJSONSchema(built[schema], { io: 'input', unrepresentable: 'any' });
        const type = checker.getDeclaredTypeOfSymbol(
          exported.find((symbol) => symbol.name === name),
        );
        const members = type
          .getProperties()
          .map((property) =>
            member(property, described.properties[property.name], checker, source),
          );
        return `export interface ${name} {\n${members.join('\n')}\n}`;
      }),
    );
  }
  return texts;
}

/** What a source is compiled to. Throws Error where it is not there. */
async function builtModule(path) {
  const built = join(root, 'dist', relative(join(root, 'src'), path).replace(/\.ts$/, '.js'));
  if (!existsSync(built)) throw new Error(`${built} is missing: run npm ci or npm run build first`);
  return import(pathToFileURL(built));
}

function member(property, described, checker, source) {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(property));
  const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
  const text = checker.typeToString(type, source, ts.TypeFormatFlags.NoTruncation);
  return `/** ${comment(described)} */ readonly ${property.name}${optional}: ${text};`;
}

function comment({ description = '', default: usual, minimum, maximum }) {
  const bounded = [minimum, maximum].every((bound) => Math.abs(bound) < 1e15);
  const sentences = [
    description,
    bounded ? `From ${minimum} to ${maximum}` : '',
    usual === undefined ? '' : `Default \`${JSON.stringify(usual)}\``,
  ].filter((sentence) => sentence !== '');
  return sentences
    .map((sentence) => sentence.replace(/[^.?!]$/, '$&.'))
    .join(' ')
    .replaceAll('*/', '* /');
}
