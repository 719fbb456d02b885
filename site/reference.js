/**
 * The API reference: a page for every exported name, and for the types that these mention, from the docstrings
 * by TypeDoc; and pages.json, the exported ones by folder, from which sidebar and index are made.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Comment, PageEvent } from 'typedoc';
import ts from 'typescript';
import { sourcesWithOptions } from './options.js';
import { root } from './root.js';

export const generated = join(root, 'site', 'generated');

/** Where users import from, and what that is. */
const ENTRIES = { schmetterling: 'src/index.ts', 'schmetterling/node': 'src/host/library.ts' };

export async function writeReference() {
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated);
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown', 'typedoc-plugin-missing-exports'],
    entryPoints: Object.values(ENTRIES).map((file) => join(root, file)),
    tsconfig: join(root, 'tsconfig.json'),
    basePath: root,
    displayBasePath: root,
    outputs: [{ name: 'markdown', path: generated }],
    readme: 'none',
    excludeExternals: true,
    placeInternalsInOwningModule: true,
    sort: ['source-order'],
    logLevel: 'Warn',
    treatWarningsAsErrors: true,
    router: 'member',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    expandObjects: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    propertyMembersFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    tableColumnSettings: { hideSources: true, hideModifiers: true, hideInherited: true },
  });
  const program = await programWithOptions(app);
  const entries = Object.entries(ENTRIES).map(([displayName, file]) => ({
    displayName,
    program,
    sourceFile: program.getSourceFile(join(root, file)),
  }));
  const pages = new Map();
  app.renderer.on(PageEvent.END, (page) => {
    pages.set(page.model, page.url);
    // Lines change with every commit, and those of options are not the sources' (options.js).
    page.contents = page.contents.replace(/^(Defined in: \S+):\d+$/gm, '$1');
  });
  const project = app.converter.convert(entries);
  await app.generateOutputs(project);
  if (app.logger.hasWarnings() || app.logger.hasErrors())
    throw new Error('TypeDoc warns of what is written above: correct those docstrings');
  const exported = pagesOf(project, entries, pages);
  writeFileSync(join(generated, 'pages.json'), JSON.stringify(exported));
  writeFileSync(join(generated, 'README.md'), indexOf(exported));
}

/** The sources as the compiler sees them, but for options, which are written out. */
async function programWithOptions(app) {
  const files = app.options.getValue('entryPoints');
  const options = app.options.getCompilerOptions(app.logger);
  const plain = ts.createProgram(files, options);
  const texts = await sourcesWithOptions(plain);
  const host = ts.createCompilerHost(options, true);
  const read = host.readFile.bind(host);
  host.readFile = (path) => texts.get(path) ?? read(path);
  return ts.createProgram(files, options, host, plain);
}

/** Of every exported name: where it is declared (a folder of src/), its page, and the beginning of its docstring. */
function pagesOf(project, entries, pages) {
  return entries.flatMap(({ displayName, program, sourceFile }) => {
    const checker = program.getTypeChecker();
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(sourceFile));
    const module = project.getChildByName(displayName);
    return exported.map(({ name }) => {
      const reflection = module.getChildByName(name);
      const { comment } = reflection.signatures?.[0] ?? reflection;
      const text = Comment.combineDisplayParts(comment?.summary).replace(/\s+/g, ' ');
      return {
        name,
        from: displayName,
        folder: reflection.sources[0].fileName.split('/')[1],
        page: pages.get(reflection),
        summary: /^.*?\.(?= \p{Lu}|$)/u.exec(text)?.[0] ?? text,
      };
    });
  });
}

const plain = (text) => text.replaceAll('<', '&lt;').replaceAll('|', '\\|');

function indexOf(exported) {
  const folders = [...new Set(exported.map(({ folder }) => folder))].sort();
  const sections = folders.map((folder) => {
    const names = exported.filter((one) => one.folder === folder);
    const rows = names.map(
      ({ name, page, summary }) => `| [${name}](${page}) | ${plain(summary)} |`,
    );
    return [`## ${folder}`, '', '| name | what it is |', '|---|---|', ...rows, ''].join('\n');
  });
  return [
    '# API reference',
    '',
    'What the package exports, by the folder of `src/` that has it: `schmetterling` runs anywhere, and what stands under host is `schmetterling/node`. Shapes stand in brackets, such as [n, d]; matrices are row-major Float64; angles are radians; errors have a name and say what to write instead.',
    '',
    ...sections,
  ].join('\n');
}
