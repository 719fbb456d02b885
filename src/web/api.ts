/** The questions the page asks the server, and the shapes of the replies. */
import type { Interventions } from './interventions.ts';
import type { CouplingName, Reading } from './state.ts';
import { ask } from './transport.ts';

export interface TokenRecord {
  readonly id: number;
  /** `''` for the start particle, `'__'` for the blank. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface FillMask {
  readonly score: number;
  readonly token_str: string;
  readonly sequence?: string;
  /** The texts of its tokens. */
  readonly tokens?: string[];
  /** p of each token behind those before it. */
  readonly token_scores?: number[];
  /** What either reading says, of an answer that was read twice. */
  readonly readings?: { readonly blank: number; readonly sentence: number };
}

export interface Target extends FillMask {
  /** Place among the answers found, or null where it was not determined. */
  readonly rank: number | null;
}

export interface Prediction {
  readonly model: string;
  readonly text: string;
  readonly depth: number | 'ode';
  readonly coupling: CouplingName;
  readonly kind?: 'blank' | 'next-token';
  readonly tokens: TokenRecord[];
  readonly blank: { readonly start: number; readonly end: number } | null;
  readonly predictions: FillMask[];
  readonly targets?: Target[];
  /** Probability that the search did not look at. */
  readonly unexplored: number;
  /** Probability of answers that were found but are not listed. */
  readonly unlisted?: number;
  /** The least and the largest entropy of the answer that the unexplored leaves possible; null where unbounded. */
  readonly entropy: number;
  readonly entropy_upper: number | null;
  readonly seconds?: number;
}

export interface FirstToken {
  readonly token_str: string;
  readonly score: number;
}

/** What a frame would answer. */
export interface LensLayer {
  /** The final candidates, the best of this frame first. */
  readonly candidates: FillMask[];
  readonly first_tokens: FirstToken[];
}

export interface Trace {
  readonly tokens: TokenRecord[];
  /** The layers that each frame has behind it. */
  readonly layers: number[];
  /** Depth-time of each frame. */
  readonly times: number[];
  /** [frame][token][dimension] */
  readonly hidden_states: number[][][];
  /** [frame − 1][head][query][key] */
  readonly attentions: number[][][][];
  readonly logit_lens: LensLayer[];
  readonly diagnostics: Readonly<Record<string, (number | number[] | null)[] | undefined>>;
  readonly projection?: Projection;
  /** What changes in the flow did to the answers, where there were any. */
  readonly effect?: Effect;
  /** As the server gave it. */
  readonly reply: object;
}

export interface Effect {
  /** Each with its probability in the unchanged and in the changed flow, those that changed most first. */
  readonly answers: readonly {
    readonly token_str: string;
    readonly before: number;
    readonly after: number;
  }[];
  /** KL(before ‖ after) of the answer's first token, in nats. */
  readonly divergence: number;
}

/** A trace as it comes. */
interface TraceReply extends Omit<Trace, 'logit_lens' | 'reply'> {
  readonly logit_lens: { readonly predictions: FillMask[]; readonly first_tokens?: FirstToken[] }[];
}

export interface Projection {
  /** [frame][token][component], one basis for all frames. */
  readonly points: number[][][];
  /** Share of the variance of each component. */
  readonly explained: number[];
}

export interface Question {
  readonly text: string;
  readonly depth: number | 'ode';
  /** Absent where the text has no blank: a continuation is always causal. */
  readonly coupling?: CouplingName;
  /** Of a prediction alone; absent for the blank's own. */
  readonly reading?: Reading;
  readonly targets?: string[];
  /** Absent for the server's default. */
  readonly model?: string;
}

/** What `limit depth` says of a text, as far as the page shows it. */
export interface DepthLimit {
  readonly depths: number[];
  readonly schemes: { readonly layer?: DepthScheme; readonly rk4?: DepthScheme };
  readonly reference: { readonly estimated_error: number };
  readonly apriori: {
    readonly log10_constant: number;
    readonly log10_measured: number | null;
  } | null;
  readonly answer: {
    readonly ode: string;
    readonly by_depth: (string | null)[];
    readonly stable_from: number | null;
  };
}

export interface DepthScheme {
  readonly errors: Readonly<Record<'position_max' | 'richardson' | 'logits_kl', (number | null)[]>>;
  readonly order: FittedOrder;
}

/** What `limit stack` says, as far as the page shows it. */
export interface StackLimit {
  readonly depths: number[];
  readonly stacks: readonly {
    readonly name: string;
    readonly errors: (number | null)[];
    readonly order: FittedOrder;
  }[];
}

/** `used`: the L that the line goes through; null where there is no order. */
export interface FittedOrder {
  readonly order: number | null;
  readonly used?: number[];
}

/** The models of the server; those with a problem cannot be used. */
export interface Models {
  readonly default: string;
  readonly models: readonly { readonly name: string; readonly problem?: string }[];
}

/** The answers for a blank, or the next tokens. Throws ProblemError, or TypeError without a network. */
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
    reply,
    logit_lens: reply.logit_lens.map(({ predictions, first_tokens = [] }) => ({
      candidates: [...predictions].sort((a, b) => b.score - a.score),
      first_tokens,
    })),
  };
}

/** Numbers of layers that the page compares with the flow. */
export const DEPTHS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The layer, and a scheme of order four for comparison. */
export const SCHEMES = ['layer', 'rk4'];

/** Layers against the flow itself. Throws as `askPrediction`. */
export function askDepths(question: Question, signal: AbortSignal): Promise<DepthLimit> {
  const { text, coupling, model } = question;
  const body = { text, coupling, model, depths: DEPTHS, schemes: SCHEMES };
  return ask('api/limit/depth', signal, body) as Promise<DepthLimit>;
}

/** Stacks that are compared with the flow of smooth weights: two that tend to something else, one to nothing. */
export const STACK_QUESTION = {
  stacks: ['smooth', 'jump_rk4', 'attention_sde', 'relu_sde'],
  depths: [16, 32, 64, 128, 256, 512],
  seeds: 20,
};

/** Which stacks of layers have a limit. Throws as `askPrediction`. */
export function askStacks(_: null, signal: AbortSignal): Promise<StackLimit> {
  return ask('api/limit/stack', signal, STACK_QUESTION) as Promise<StackLimit>;
}

/** What there is to choose from. Throws as `askPrediction`. */
export function askModels(_: null, signal: AbortSignal): Promise<Models> {
  return ask('api/models', signal) as Promise<Models>;
}
