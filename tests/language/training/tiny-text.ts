/** A plain text of a few words, for runs on files. */
import { random } from '../../../src/numerics/random.ts';

const PEOPLE = ['Tom', 'Anna', 'the old teacher', 'a young girl', 'my brother', 'the neighbour'];
const VERBS = ['likes', 'paints', 'sells', 'remembers', 'dreams of', 'looks for', 'gives away'];
const THINGS = ['apples', 'the piano', 'a bicycle', 'old books', 'the moon', 'her garden', 'bread'];
const PLACES = [
  'in Rome',
  'near the sea',
  'at night',
  'on Sundays',
  'under a tree',
  'after school',
];
const ENDS = ['every winter', 'without a word', 'for the children', 'with great care', 'again'];

/** `count` sentences, some of them alike; the same ones for the same seed. */
export function tinySentences(count: number, seed = 1): string[] {
  const stream = random(seed);
  const one = (list: readonly string[]) => list[stream.integer(list.length)];
  return Array.from({ length: count }, () => {
    const sentence = `${one(PEOPLE)} ${one(VERBS)} ${one(THINGS)} ${one(PLACES)} ${one(ENDS)}.`;
    return sentence.charAt(0).toUpperCase() + sentence.slice(1);
  });
}
