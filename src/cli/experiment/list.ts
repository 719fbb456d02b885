/** `experiment list`. */
import { experiments } from '../../experiments/catalogue.ts';
import { dim, printJson, printLines, standardScreen, table } from '../terminal.ts';

export function listExperiments({ json }: { readonly json?: boolean }): void {
  if (json) {
    const records = experiments.map(({ id, title, citation, schema, predict }) => {
      const settings = schema.parse({});
      return { id, title, citation, settings, predictions: predict(settings) };
    });
    printJson({ experiments: records });
    return;
  }
  const screen = standardScreen();
  const rows = experiments.map(({ id, title, citation }) => [id, title, dim(screen, citation)]);
  printLines(table(screen, [['id', 'claim', 'source'], ...rows]));
}
