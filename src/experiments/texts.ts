/** The everyday sentences, German and English, on which experiments read trained models. */

export const TEXTS = [
  'Mein Lieblingstier ist __',
  'Ich trinke gern __.',
  'Heute ist das Wetter __.',
  'Am Morgen trinkt sie immer __.',
  'Der __ bellt laut.',
  'My favourite animal is the __',
  'I would like a cup of __.',
  'The weather today is __.',
  'She opened the __ and went in.',
  'We eat __ in the evening.',
];

/** Longer ones, with clauses, names and pronouns. */
export const LONGER_TEXTS = [
  'Die Kinder, die im Garten spielen, __ sehr laut.',
  'Anna hat einen Hund. Er heißt __.',
  'Ich trinke morgens gern eine Tasse __.',
  'Der Zug nach Berlin hat heute wieder __.',
  'The books that I bought yesterday __ very good.',
  'Mary lost her keys, so she could not open the __.',
  'The children are playing in the garden, and they are __.',
  'It was raining, so we stayed at __.',
  'In the evening my brother and I like to watch a __.',
  'Als wir nach Hause kamen, war die Tür __.',
];
