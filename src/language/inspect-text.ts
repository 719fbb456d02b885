/**
 * Every diagnostic on the states of a text in a model itself: what `inspectFrames` says of the arrays that its trace
 * would save, without the files. Not answers, lens or parts: trace.ts.
 */
import type { Float64Tensor } from '../engines/tensor.ts';
import {
  type ArrayOfShape,
  type Inspection,
  type InspectOptions,
  inspectFrames,
  inspectSettings,
} from '../flow/inspect.ts';
import { openText } from './findings.ts';
import type { LanguageModel } from './model.ts';

/**
 * The inspection of all frames of a text, at the model's own depth, with the attention that led to each. Throws
 * InputError or LimitError as `fillBlank` for the text, and as `inspectFrames` for the options.
 */
export function inspectText(
  model: LanguageModel,
  text: string,
  options?: InspectOptions,
): Inspection {
  const settings = inspectSettings(options);
  const { frames } = openText(model, text, {}).run;
  const couplings = frames.flatMap(({ coupling }) => coupling ?? []);
  return inspectFrames(
    stacked(frames.map(({ positions }) => positions)),
    stacked(couplings),
    settings,
  );
}

/** Arrays of one shape as one with an axis more. */
function stacked(arrays: readonly Float64Tensor[]): ArrayOfShape {
  const [{ shape, data }] = arrays;
  const all = new Float64Array(arrays.length * data.length);
  for (const [k, array] of arrays.entries()) all.set(array.data, k * data.length);
  return { shape: [arrays.length, ...shape], data: all };
}
