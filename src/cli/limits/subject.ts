/** What a limit is of: the particles of a text under their model's own flow, or a start under dynamics. */

import type { TableAccount } from '../../host/tables.ts';
import type { LanguageModel } from '../../language/checkpoint.ts';
import { InputError } from '../../numerics/errors.ts';
import type { ReadOptions, SimulationFlags } from '../simulation-job.ts';

export type Subject =
  | {
      readonly kind: 'text';
      readonly model: LanguageModel;
      /** Of the model. */
      readonly folder: string;
      readonly text: string;
      /** Empty where no coupling was asked for. */
      readonly options: { readonly coupling?: string };
      readonly tables: readonly TableAccount[];
    }
  | ({ readonly kind: 'flow' } & Pick<ReadOptions, 'options' | 'tables'>);

/** Throws InputError for flags of dynamics beside a text without --dynamics, and as those who read them. */
export async function subjectOf(
  text: string | undefined,
  { out: _, json: __, threads: ___, ...flags }: SimulationFlags,
): Promise<Subject> {
  if (flags.dynamics !== undefined) {
    const { readOptions } = await import('../simulation-job.ts');
    const { options, tables } = await readOptions(text === undefined ? flags : { ...flags, text });
    return { kind: 'flow', options, tables };
  }
  const { model, coupling, text: flagged, ...others } = flags;
  const [stray] = Object.keys(others);
  if (stray !== undefined)
    throw new InputError(
      stray,
      `option ${stray} is for dynamics of the catalogue, and a text is run by its model: give --dynamics, or leave ${stray} out`,
    );
  const { modelFolder, readModel } = await import('../../host/models.ts');
  const { givenText } = await import('../text.ts');
  const sentence = await givenText(text ?? flagged);
  const options = coupling === undefined ? {} : { coupling };
  const folder = modelFolder(model);
  return { kind: 'text', model: readModel(model), folder, text: sentence, options, tables: [] };
}
