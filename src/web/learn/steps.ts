/** The five steps, in order. */
import { clustersStep } from './clusters.ts';
import type { Step } from './context.ts';
import { layersStep } from './layers.ts';
import { listeningStep } from './listening.ts';
import { sentenceStep } from './sentence.ts';
import { wordStep } from './word.ts';

export const steps: readonly Step[] = [
  sentenceStep,
  listeningStep,
  layersStep,
  clustersStep,
  wordStep,
];
