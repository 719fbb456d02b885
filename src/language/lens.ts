/**
 * The logit lens: what each layer would answer, if the flow stopped there. The final candidates are
 * scored by the chain rule with the particles' states at that layer, so the last layer equals the
 * prediction; beside them stand the layer's own best first tokens.
 */
import { largestPlaces } from '../numerics/largest.ts';
import { chainScores, type FrameScores } from './chains.ts';
import { type Findings, says } from './findings.ts';
import { type Answer, answer } from './prediction.ts';

export interface FirstToken {
  readonly score: number;
  readonly token: number;
  readonly tokenStr: string;
}

export interface LensLayer {
  readonly layer: number;
  /** Depth-time, 0 … T. */
  readonly time: number;
  /** The final candidates, the most likely at this layer first. */
  readonly predictions: readonly Answer[];
  /** The most likely tokens at the answer's first place. */
  readonly firstTokens: readonly FirstToken[];
}

/** One entry for each of `layers`, all of them by default, the embedding (layer 0) first. */
export function logitLens(
  findings: Findings,
  firstTokens = 5,
  layers: readonly number[] = [...findings.run.frames.keys()],
): LensLayer[] {
  if (!says(findings))
    return layers.map((layer) => {
      const { time } = findings.run.frames[layer];
      return { layer, time, predictions: [], firstTokens: [] };
    });
  const candidates = findings.result.answers.slice(0, findings.settings.top);
  const chains = candidates.map(({ tokens }) => tokens);
  const settings = { ...findings, chains, law: findings.result.law };
  return Array.from(chainScores(settings, layers), (frame, k) => ({
    layer: layers[k],
    time: frame.time,
    predictions: candidates
      .map(({ text, tokens }, i) => answer(findings, frame.scores[i], text, tokens))
      .sort((a, b) => b.score - a.score),
    firstTokens: bestTokens(findings, frame, firstTokens),
  }));
}

function bestTokens({ model }: Findings, { first }: FrameScores, count: number): FirstToken[] {
  return largestPlaces(first, count).map((token) => ({
    score: first[token],
    token,
    tokenStr: model.tokenizer.decode([token]),
  }));
}
