/** A vocabulary for tests, chosen from the full table by a few sentences. */
import { loadFullVocabulary } from '../../src/language/training/full-vocabulary.ts';
import { buildVocabulary } from '../../src/language/vocabulary.ts';

export const SENTENCES = [
  'Mein Lieblingstier ist der Schmetterling.',
  'Anna mag Hunde. Annas Lieblingstier ist der Hund.',
  'Die Katze, das Pferd und der Löwe heißen Rex, Mia und Süße.',
  'My favourite animal is the butterfly. The dog drinks a cup of tea.',
];

export const full = await loadFullVocabulary();
export const vocabulary = buildVocabulary(SENTENCES, full.ranks, full.encode);
