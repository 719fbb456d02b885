/** The survey of a text's states in a model, frame by frame. What is surveyed: diagnostics/survey. */
import type { z } from 'zod';
import type { CouplingName } from '../attention/model-coupling.ts';
import { prepareFrame } from '../diagnostics/diagnostic.ts';
import { energyAt } from '../diagnostics/energy.ts';
import { directionsOf } from '../diagnostics/survey/directions.ts';
import {
  checkPairs,
  type Survey,
  type SurveyElsewhere,
  type SurveyedFrame,
  survey,
  surveyBy,
} from '../diagnostics/survey/survey.ts';
import { asMatrix } from '../engines/tensor.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { parseOptions } from '../numerics/options.ts';
import { type Findings, openText } from './findings.ts';
import { type Depth, headsOf, type LanguageModel, type ModelRun } from './model.ts';
import { placesIn } from './network-run.ts';
import { couplingSchema, surveyedSchema } from './options.ts';
import { type LayerEnergies, layerEnergies } from './survey-energies.ts';

export const surveyTextSchema = surveyedSchema.extend({ coupling: couplingSchema.optional() });

/** Those of `survey`, a reference text, and how both texts are read. */
export type SurveyTextOptions = z.input<typeof surveyTextSchema>;

/** The survey of a text: of each frame sinks, cosines, effective ranks and clusters against chance. */
export interface TextSurvey extends Survey {
  readonly model: string;
  readonly text: string;
  readonly reference: string | null;
  readonly precision: 'float32' | 'float64';
  /** The particles. */
  readonly tokens: readonly string[];
  /** Of every frame: E_β of the directions at β = 1, and what the layer before has changed of it. */
  readonly energies: readonly FrameEnergy[];
  /** Of every layer, E_1 and the energies with the heads' own Q, K and β, by what changes them; null of a flow. */
  readonly logEnergies: readonly LayerEnergies[] | null;
}

/**
 * E_β = ½ Σ_ij (e^{β⟨u_i,u_j⟩} − 1)/(β n²) of a frame's directions at β = 1, which attention with Q = K = V = I climbs,
 * and its change over the layer that led here: by attention, then by the MLP, each with the norm behind it, where there
 * is one (a norm before a part leaves the stream as it is). Null before the first layer, and of layers without an MLP.
 */
export interface FrameEnergy {
  readonly energy: number;
  readonly attention: number | null;
  readonly mlp: number | null;
}

/**
 * The survey of all frames of a text, at the model's own depth, with the attention that led to each. Throws
 * InputError for an empty reference and a text of one token, and otherwise as `trace` and `survey`.
 */
export function surveyText(
  model: LanguageModel,
  text: string,
  options?: SurveyTextOptions,
): TextSurvey {
  const { run, settings } = opened(model, text, options);
  return surveyRun(run, text, settings);
}

/** The same, its frames surveyed elsewhere. */
export async function surveyTextBy(
  elsewhere: SurveyElsewhere,
  model: LanguageModel,
  text: string,
  options?: SurveyTextOptions,
): Promise<TextSurvey> {
  const { run, settings } = opened(model, text, options);
  return told(
    run,
    text,
    settings,
    await surveyBy(elsewhere, framesOf(run, settings), own(settings)),
  );
}

function opened(model: LanguageModel, text: string, options?: SurveyTextOptions) {
  const settings = parseOptions(surveyTextSchema, options);
  checkSurvey(model, text, settings);
  const { coupling } = settings;
  return { run: openText(model, text, { coupling, parts: hasParts(model) }), settings };
}

/** Whether a survey takes the parts of layers: a flow has none. */
export const hasParts = ({ flow }: LanguageModel) => flow === null;

/** How a text is read, and what of its states is asked. */
interface Asked extends z.output<typeof surveyedSchema> {
  readonly coupling?: CouplingName;
  readonly depth?: Depth;
}

/** Throws InputError for an empty reference and for a text of one token, before anything runs. */
export function checkSurvey(
  model: LanguageModel,
  text: string,
  { reference, coupling }: Pick<Asked, 'reference' | 'coupling'>,
): void {
  if (reference?.trim() === '')
    throw new InputError(
      'reference',
      'the reference text is empty, and has no mean direction: give a text, or leave it out',
    );
  checkPairs(model.layOut(text, coupling).tokens.length, 'text');
}

type Opened = Pick<Findings, 'model' | 'layout' | 'run'>;

/** The survey of a text that has run, with its parts where it has any. */
export const surveyRun = (run: Opened, text: string, asked: Asked): TextSurvey =>
  told(run, text, asked, survey(framesOf(run, asked), own(asked)));

/** Without how texts are read. */
const own = ({ sinkNorm, sinkAttention, surrogates, seed }: Asked) => ({
  sinkNorm,
  sinkAttention,
  surrogates,
  seed,
});

function framesOf({ model, run }: Opened, { reference, coupling, depth }: Asked): SurveyedFrame[] {
  const others =
    reference === undefined ? null : openText(model, reference, { coupling, depth }).run.frames;
  return run.frames.map((frame, k) => ({
    states: asMatrix(frame.positions),
    heads: headsOf(frame),
    ...(others && { reference: asMatrix(others[k].positions) }),
  }));
}

const told = (
  { model, layout, run }: Opened,
  text: string,
  { reference }: Asked,
  found: Survey,
): TextSurvey => ({
  ...found,
  model: model.name,
  text,
  reference: reference ?? null,
  precision: model.precision ?? 'float64',
  tokens: layout.tokens.map((token) => token.text),
  energies: energiesOf(run),
  logEnergies: model.network && layerEnergies(model.network, run, placesIn(model.network, layout)),
});

function energiesOf({ frames, parts }: ModelRun): FrameEnergy[] {
  const at = (states: Matrix, frame: number) =>
    energyAt(prepareFrame({ positions: directionsOf(states, frame).directions }), 1);
  const all = frames.map(({ positions }, k) => at(asMatrix(positions), k));
  return all.map((energy, k): FrameEnergy => {
    if (k === 0) return { energy, attention: null, mlp: null };
    const part = parts?.[k - 1];
    if (!part) return { energy, attention: energy - all[k - 1], mlp: null };
    const [, n, d] = part.shape;
    const middle = at(matrix(n, d, part.data.subarray(0, n * d)), k);
    return { energy, attention: middle - all[k - 1], mlp: energy - middle };
  });
}
