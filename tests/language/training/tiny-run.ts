/** A world of two languages and a few words, a config to train on it, and a model of the start. */
import { finishedModel, modelConfig } from '../../../src/host/training/finished-model.ts';
import { asFlow } from '../../../src/language/model.ts';
import { parseTrainingConfig, type TrainingConfig } from '../../../src/language/training/config.ts';
import { loadFullVocabulary } from '../../../src/language/training/full-vocabulary.ts';
import {
  initialise,
  parameterCount,
  parameterLayout,
} from '../../../src/language/training/parameters.ts';
import { buildVocabulary } from '../../../src/language/vocabulary.ts';
import { parseWorld } from '../../../src/language/world/grammar.ts';
import { sampleText } from '../../../src/language/world/sample.ts';
import { random } from '../../../src/numerics/random.ts';

const GERMAN = {
  determiners: ['der', 'die', 'das'],
  forms: {
    animal: {
      the: { by: 'gender', m: 'der {singular}', f: 'die {singular}', n: 'das {singular}' },
    },
    person: { genitive: '{name}s' },
  },
  rules: {
    Text: [
      [2, 'Mein Lieblingstier ist {x:animal.the}. <Recall x>'],
      [1, '{p:person.genitive} Lieblingstier ist {x:animal.the}.'],
      [1, 'Ich mag {x:animal.plural} und {y:animal!x.plural}.'],
    ],
    'Recall(x)': [
      [1, 'Ich mag {x.plural}.'],
      [1, '{x.the} schläft.'],
    ],
  },
};

const ENGLISH = {
  determiners: ['the'],
  forms: { animal: { the: 'the {singular}' }, person: { genitive: "{name}'s" } },
  rules: {
    Text: [
      [1, 'My favourite animal is {x:animal.the}.'],
      [1, '{p:person.genitive} favourite animal is {x:animal.the}.'],
    ],
  },
};

/** The world's files by path. */
export const tinyCorpus: Record<string, string> = {
  'world.json': JSON.stringify({ name: 'tiny', languages: { de: 0.6, en: 0.4 } }),
  'de/grammar.json': JSON.stringify(GERMAN),
  'de/animal.csv':
    'singular,plural,gender,weight\nHund,Hunde,m,3\nKatze,Katzen,f,2\nPferd,Pferde,n,1\n',
  'de/person.csv': 'name\nAnna\nBen\n',
  'en/grammar.json': JSON.stringify(ENGLISH),
  'en/animal.csv': 'singular,weight\ndog,2\ncat,1\n',
  'en/person.csv': 'name\nAnna\nBen\n',
};

export const tinyWorld = parseWorld(tinyCorpus);

/** The text of a config: seconds of training. */
export function tinyConfig(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    name: 'tiny',
    seed: 4,
    workers: 2,
    steps: 12,
    texts: 4,
    model: {
      dimension: 8,
      heads: 2,
      knots: 3,
      horizon: 2,
      slots: 4,
      maximumPositions: 48,
      depth: 3,
    },
    depths: [
      { until: 0.5, layers: [1, 2] },
      { until: 1, layers: [3] },
    ],
    optimiser: {
      learningRate: 0.03,
      warmup: 3,
      floor: 0.1,
      beta1: 0.9,
      beta2: 0.98,
      epsilon: 1e-8,
      weightDecay: 0.01,
      clip: 1,
    },
    blanks: { weight: 0.7, most: 2, cutAtBlank: 0.3, cutAnywhere: 0.2 },
    vocabularyTexts: 200,
    checkpointMinutes: 5,
    ...changes,
  });
}

/** What a run of `config` begins with, drawn anew: an untrained flow, and the parameters it is of. */
export async function tinyStart(config?: TrainingConfig) {
  const { model, ...start } = await startOf(config);
  return { ...start, model: asFlow(model, 'this start') };
}

/** The same of any network. */
export async function startOf(config: TrainingConfig = parseTrainingConfig(tinyConfig())) {
  const { ranks, encode } = await loadFullVocabulary();
  const stream = random(config.seed);
  const texts = Array.from({ length: 200 }, () => sampleText(tinyWorld, stream).text);
  const vocabulary = buildVocabulary(texts, ranks, encode);
  const layout = parameterLayout({ ...config.model, vocabularySize: vocabulary.length + 3 });
  const parameters = new Float32Array(parameterCount(layout));
  initialise(layout, parameters, random(config.seed));
  const tongues = { determiners: tinyWorld.determiners, languages: ['de', 'en'] };
  const architecture = modelConfig(config, tongues, vocabulary);
  const model = finishedModel(architecture, layout, parameters, {});
  return { model, layout, parameters };
}
