/**
 * What theory predicts of particles, asked of whole models: twenty sentences a language, each through a model, with the
 * mean and a 95 % interval over sentences. docs/real-models.md has the predictions and what came out.
 *
 *   npm run build && node bench/real-models.js LANGUAGE MODEL...
 */
import { readModel } from '../dist/host/models.js';
import { openText, says } from '../dist/language/findings.js';
import { surveyText } from '../dist/language/survey-text.js';
import { divergence, mean } from '../dist/numerics/statistics.js';

const SENTENCES = {
  en: [
    'My favourite animal is the butterfly because it begins as a caterpillar',
    'On Sunday morning the children built a small boat out of paper and wood',
    'The old clock in the kitchen has been ten minutes late since last winter',
    'She wrote a long letter to her brother, who works on a ship in the north',
    'When the rain stopped, we walked along the river to the next village',
    'A good soup needs time, fresh vegetables and somebody who is hungry',
    'The teacher drew a circle on the board and asked how many corners it has',
    'Nobody knew why the lights in the library were still on after midnight',
    'He bought two tickets for the concert, but his friend had to stay at home',
    'The bridge was closed because the wind had damaged one of the cables',
    'In the garden behind the house there are three apple trees and a well',
    'The doctor told him to sleep more and to drink less coffee in the evening',
    'Before the train left, she ran back to buy a newspaper and some bread',
    'The map shows a narrow path that leads over the hill to an empty castle',
    'Every year the birds return to the same roof and repair their nests',
    'They painted the door blue so that the postman would find it more easily',
    'The experiment failed twice, and the third time nobody was watching it',
    'A dog that barks at the moon will also bark at a lamp in the street',
    'The shop sells shoes, umbrellas and, on some days, very good cheese',
    'After the match the players shared an orange and went home by bicycle',
  ],
  de: [
    'Mein Lieblingstier ist der Schmetterling, weil er als Raupe beginnt',
    'Am Sonntagmorgen bauten die Kinder ein kleines Boot aus Papier und Holz',
    'Die alte Uhr in der Küche geht seit dem letzten Winter zehn Minuten nach',
    'Sie schrieb ihrem Bruder, der auf einem Schiff arbeitet, einen langen Brief',
    'Als der Regen aufhörte, gingen wir am Fluss entlang ins nächste Dorf',
    'Eine gute Suppe braucht Zeit, frisches Gemüse und jemanden mit Hunger',
    'Die Lehrerin malte einen Kreis an die Tafel und fragte nach den Ecken',
    'Niemand wusste, warum in der Bücherei nach Mitternacht noch Licht brannte',
    'Er kaufte zwei Karten für das Konzert, aber sein Freund blieb zu Hause',
    'Die Brücke war gesperrt, weil der Wind eines der Seile beschädigt hatte',
    'Im Garten hinter dem Haus stehen drei Apfelbäume und ein Brunnen',
    'Der Arzt riet ihm, mehr zu schlafen und abends weniger Kaffee zu trinken',
    'Bevor der Zug abfuhr, lief sie zurück und kaufte eine Zeitung und Brot',
    'Die Karte zeigt einen schmalen Weg, der über den Hügel zum Schloss führt',
    'Jedes Jahr kehren die Vögel auf dasselbe Dach zurück und bauen ihr Nest aus',
    'Sie strichen die Tür blau, damit der Briefträger sie leichter findet',
    'Der Versuch misslang zweimal, und beim dritten Mal sah niemand zu',
    'Ein Hund, der den Mond anbellt, bellt auch eine Lampe auf der Straße an',
    'Der Laden verkauft Schuhe, Schirme und manchmal sehr guten Käse',
    'Nach dem Spiel teilten sich die Spieler eine Orange und fuhren mit dem Rad heim',
  ],
};

/** Attention or MLPs of all layers in m steps; of a flow m times as many layers. */
function refined(model, part, m) {
  const { depth } = model.sizes;
  if (model.flow) return part === 'attention' ? { depth: m * depth } : null;
  return { schedule: Array.from({ length: depth }, (_, k) => ({ layer: k + 1, [part]: m })) };
}

/** Of the heads of all layers, in which share each part raises the energy with their own Q, K and β. */
const headNumbers = (heads) =>
  Object.fromEntries(
    [
      ['as a whole', ({ before, after }) => after - before],
      ['by attention', ({ attention }) => attention],
      ['by MLPs', ({ mlp }) => mlp],
      ['by norms', ({ normalisation }) => normalisation],
    ].map(([part, change]) => [
      `heads whose own energy rises, ${part}`,
      mean(heads.map((steps) => (change(steps) > 0 ? 1 : 0))),
    ]),
  );

function numbersOf(model, text) {
  const { frames, energies, logEnergies } = surveyText(model, text, { surrogates: 20 });
  const last = frames.length - 1;
  const cosines = frames.map(({ plain }) => plain.withoutSinks.cosineMean);
  const rises = (values) => mean(values.slice(1).map((value, k) => (value > values[k] ? 1 : 0)));
  const unusual = frames.map(({ plain }) => plain.withoutSinks.clusters?.unusual ?? 1);
  const numbers = {
    'mean cosine, frame 0': cosines[0],
    'in the middle': cosines[Math.round(last / 2)],
    'at the end': cosines[last],
    'layers in which it rises': rises(cosines),
    'layers in which E rises': rises(energies.map(({ energy }) => energy)),
    'by attention alone': mean(energies.slice(1).map(({ attention }) => (attention > 0 ? 1 : 0))),
    ...(logEnergies && headNumbers(logEnergies.flatMap(({ heads }) => heads))),
    'effective rank / tokens, frame 0':
      frames[0].plain.withoutSinks.effectiveRank / (frames[0].tree.size - frames[0].sinks.length),
    'at the end ':
      frames[last].plain.withoutSinks.effectiveRank /
      (frames[last].tree.size - frames[last].sinks.length),
    'frames with clusters beyond chance (5 %)': mean(unusual.map((p) => (p <= 0.05 ? 1 : 0))),
    'largest norm / median': Math.max(...frames.map(({ normRatio }) => normRatio)),
    'attention to the first token': mean(
      frames.slice(1).map(({ firstAttention }) => firstAttention),
    ),
  };
  const own = openText(model, text, {});
  if (!says(own)) return numbers;
  const law = ({ run }) => model.tokenProbabilities(run.behind([[]]));
  const p = law(own);
  for (const [part, m] of [
    ['attention', 2],
    ['attention', 16],
    ['mlp', 2],
    ['mlp', 16],
  ]) {
    const settings = refined(model, part, m);
    if (settings === null) continue;
    const run = model.run(model.layOut(text), settings);
    numbers[`nats, ${part} in ${m} steps`] = divergence(p, law({ run }));
  }
  return numbers;
}

const [language, ...names] = process.argv.slice(2);
if (!SENTENCES[language] || names.length === 0) {
  console.error('usage: node bench/real-models.js de|en MODEL...');
  process.exit(2);
}
for (const name of names) {
  const model = readModel(name);
  const all = SENTENCES[language].map((text) => numbersOf(model, text));
  console.log(`\n${model.name}, ${language}, ${all.length} sentences`);
  for (const key of Object.keys(all[0])) {
    const values = all.map((numbers) => numbers[key]);
    const middle = mean(values);
    const variance =
      mean(values.map((value) => (value - middle) ** 2)) * (values.length / (values.length - 1));
    const half = 1.96 * Math.sqrt(variance / values.length);
    console.log(`${key.padEnd(42)} ${middle.toPrecision(3).padStart(8)} ± ${half.toPrecision(2)}`);
  }
}
