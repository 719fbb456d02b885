/** The questions the page asks the server, and the shapes of the replies. */
import type { CouplingName } from '../attention/model-coupling.ts';
import type { Reading } from '../language/choices.ts';
import type { Contrast } from '../language/inside/contrast.ts';
import type { interventionToJson } from '../language/interventions.ts';
import type { ModelRecord } from '../language/model-record.ts';
import type { predictionToJson } from '../language/prediction.ts';
import type { TextSurvey } from '../language/survey-text.ts';
import type { ModelDepthLimit } from '../limits/depth/model-depth.ts';
import type { NetworkDepthLimit } from '../limits/depth/network-depth.ts';
import type { LayerFlow } from '../limits/layer/layer.ts';
import type { StackLimit } from '../limits/stack/stack.ts';
import type { ResultJson } from '../numerics/result-json.ts';
import type { Interventions } from './interventions.ts';
import { ask } from './transport.ts';

/** What a reply has beside the library's record. */
interface Timed {
  readonly seconds?: number;
}

export type Prediction = ReturnType<typeof predictionToJson> & Timed;

export type Answer = Prediction['predictions'][number];

export type TargetAnswer = NonNullable<Prediction['targets']>[number];

type TraceReply = ReturnType<typeof interventionToJson> & Timed;

/** What interventions did to the answers. */
export type Effect = NonNullable<TraceReply['effect']>;

export type AnswerChange = Effect['answers'][number];

/** What a frame would answer. */
export interface LensLayer extends Pick<TraceReply['logit_lens'][number], 'first_tokens'> {
  /** The final candidates, the best of this frame first. */
  readonly candidates: readonly Answer[];
}

export interface Trace extends Omit<TraceReply, 'logit_lens'> {
  readonly logit_lens: readonly LensLayer[];
  /** As the server gave it. */
  readonly reply: object;
}

export interface Question {
  readonly text: string;
  /** Absent for a model whose layers are its own. */
  readonly depth?: number | 'ode';
  /** Absent where the text has no blank: a continuation is always causal; and for a model whose coupling is its own. */
  readonly coupling?: CouplingName;
  /** Of a prediction alone; absent for the blank's own. */
  readonly reading?: Reading;
  readonly targets?: string[];
  /** Absent for the server's default. */
  readonly model?: string;
}

/** The models of the server; those with a problem cannot be used. */
export interface Models {
  readonly default: string;
  readonly models: readonly ModelRecord[];
}

/** The answers for a blank, or the next tokens. Throws RequestError, or TypeError without a network. */
export function askPrediction(question: Question, signal: AbortSignal): Promise<Prediction> {
  return ask('api/predict', signal, { ...question, top: 10 }) as Promise<Prediction>;
}

/** Frames that the page asks for: of more layers it shows every second, or every third and so on. */
export const FRAMES = 65;

/** The layers of the same pass. Throws as `askPrediction`. */
export async function askTrace(question: Question, signal: AbortSignal): Promise<Trace> {
  const { text, depth, coupling, model } = question;
  return readTrace(
    (await ask('api/trace', signal, {
      text,
      depth,
      coupling,
      model,
      frames: FRAMES,
    })) as TraceReply,
  );
}

export interface ChangedQuestion extends Question, Interventions {}

/** The same pass with interventions in the flow. Throws as `askPrediction`. */
export async function askChanged(question: ChangedQuestion, signal: AbortSignal): Promise<Trace> {
  const { targets: _, ...pass } = question;
  return readTrace((await ask('api/trace', signal, { ...pass, frames: FRAMES })) as TraceReply);
}

/** Where the flow itself takes the particles; its answers are not searched for. Throws as `askPrediction`. */
export async function askFlow(question: Question, signal: AbortSignal): Promise<Trace> {
  const { text, coupling, model } = question;
  const body = { text, coupling, model, depth: 'ode', top: 1, maximumExpansions: 1 };
  return readTrace((await ask('api/trace', signal, body)) as TraceReply);
}

function readTrace(reply: TraceReply): Trace {
  return {
    ...reply,
    // states of other models have lengths; what is drawn are their directions
    hidden_states: reply.precision ? reply.hidden_states.map(directions) : reply.hidden_states,
    reply,
    logit_lens: reply.logit_lens.map(({ predictions, first_tokens }) => ({
      candidates: [...predictions].sort((a, b) => b.score - a.score),
      first_tokens,
    })),
  };
}

const directions = (frame: readonly (readonly number[])[]): number[][] =>
  frame.map((row) => {
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });

/** Numbers of layers that the page compares with the flow. */
export const DEPTHS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The layer, and a scheme of order four for comparison. */
export const SCHEMES = ['layer', 'rk4'];

export type DepthReply = ResultJson<ModelDepthLimit>;

/** Layers against the flow itself. Throws as `askPrediction`. */
export function askDepths(question: Question, signal: AbortSignal): Promise<DepthReply> {
  const { text, coupling, model } = question;
  const body = { text, coupling, model, depths: DEPTHS, schemes: SCHEMES };
  return ask('api/limit/depth', signal, body) as Promise<DepthReply>;
}

/** Steps that parts of other models' layers are taken in: all of them, and each alone. */
export const REFINEMENT = { steps: [2, 4, 8, 16], alone: 16 };

export type RefinedReply = ResultJson<NetworkDepthLimit>;

/** Layers with weights of their own in steps. Throws as `askPrediction`. */
export function askRefined(question: Question, signal: AbortSignal): Promise<RefinedReply> {
  const { text, coupling, model } = question;
  const body = { text, coupling, model, ...REFINEMENT };
  return ask('api/limit/depth', signal, body) as Promise<RefinedReply>;
}

export interface PartsQuestion extends Pick<Question, 'text' | 'model' | 'coupling'> {
  /** All where absent. */
  readonly layers?: readonly number[];
  readonly jacobians?: true;
  /** The tolerance of parts as flows. */
  readonly dopri5?: number;
}

/** More of parts: beside it steps of 1, which change nothing and cost the least. Throws as `askPrediction`. */
export function askParts(question: PartsQuestion, signal: AbortSignal): Promise<RefinedReply> {
  const body = { ...question, steps: [1], alone: 1 };
  return ask('api/limit/depth', signal, body) as Promise<RefinedReply>;
}

export interface LayerQuestion extends Pick<Question, 'text' | 'model' | 'coupling'> {
  readonly layer: number;
  readonly part: string;
  readonly scheme: string;
  readonly time: number;
}

export type LayerReply = ResultJson<LayerFlow>;

/** A layer alone. Throws as `askPrediction`. */
export function askLayer(question: LayerQuestion, signal: AbortSignal): Promise<LayerReply> {
  return ask('api/limit/layer', signal, question) as Promise<LayerReply>;
}

export interface SurveyQuestion extends Pick<Question, 'text' | 'model' | 'coupling'> {
  /** A text whose mean direction is taken from the directions; their own where absent. */
  readonly reference?: string;
}

export type SurveyReply = ResultJson<TextSurvey>;

/** What can be said of the layers' states. Throws as `askPrediction`. */
export function askSurvey(question: SurveyQuestion, signal: AbortSignal): Promise<SurveyReply> {
  return ask('api/survey', signal, question) as Promise<SurveyReply>;
}

/** Stacks that are compared with the flow of smooth weights: two that tend to something else, one to nothing. */
export const STACK_QUESTION = {
  stacks: ['smooth', 'jump_rk4', 'attention_sde', 'relu_sde'],
  depths: [16, 32, 64, 128, 256, 512],
  seeds: 20,
};

export type StackReply = ResultJson<StackLimit>;

/** Which stacks of layers have a limit. Throws as `askPrediction`. */
export function askStacks(_: null, signal: AbortSignal): Promise<StackReply> {
  return ask('api/limit/stack', signal, STACK_QUESTION) as Promise<StackReply>;
}

export type ContrastReply = ResultJson<Contrast>;

export interface ContrastQuestion extends Pick<Question, 'text' | 'depth' | 'coupling' | 'model'> {
  readonly answers: readonly [string, string];
}

/** Where the particles stand between two answers. Throws as `askPrediction`. */
export function askContrast(
  question: ContrastQuestion,
  signal: AbortSignal,
): Promise<ContrastReply> {
  return ask('api/inside/contrast', signal, question) as Promise<ContrastReply>;
}

/** What there is to choose from. Throws as `askPrediction`. */
export function askModels(_: null, signal: AbortSignal): Promise<Models> {
  return ask('api/models', signal) as Promise<Models>;
}
