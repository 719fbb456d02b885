/** Evaluations as JSON, the records of `evaluate --json` and `evaluation.json`. */
import { snakeCase } from '../../numerics/result-json.ts';

/** Names whose number stands by itself. */
const NUMBERED = new Map([
  ['lensAtLayer0', 'lens_at_layer_0'],
  ['kneserNey5', 'kneser_ney_5'],
]);

/** What is listed by names of the user's, of languages and kinds: these stay as they are. */
const BY_OWN_NAMES: ReadonlySet<string> = new Set(['ownBlanks', 'kinds']);

/** An evaluation with its names in snake_case at every depth. */
export const evaluationToJson = (evaluation: object): object => renamed(evaluation) as object;

function renamed(value: unknown, own = false): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      own ? name : (NUMBERED.get(name) ?? snakeCase(name)),
      renamed(one, !own && BY_OWN_NAMES.has(name)),
    ]),
  );
}
