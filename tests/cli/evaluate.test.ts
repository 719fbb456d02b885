/** `evaluate --blanks` as a user runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'mine.json');
const MODEL = ['--model', 'lieblingstier'];
// as an editor may save it: a byte-order mark, a no-break space, letters decomposed; and many answers
const animals = ['Affe', 'Bär', 'Dachs', 'Esel', 'Fuchs', 'Hund', 'Löwe', 'Vogel'];
const answers = ['die Katze', ...animals.map((animal) => `der ${animal}`)];
const own = {
  de: [{ kind: 'everyday', text: 'Mein Lieblingstier ist\u00a0__', answers }],
  en: [{ kind: 'agreement', text: 'My favourite animal is __', answers: ['the table'] }],
};
writeFileSync(file, `\ufeff${JSON.stringify(own)}`.normalize('NFD'));

it('counts own sentences, a language at a time', async () => {
  const { code, stdout } = await command(['evaluate', ...MODEL, '--blanks', file]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/de: own sentences, L = 8[\s\S]*all +1 +100\.0 %/);
  expect(stdout).toMatch(/hard +0 +– +– +– +– +–/);
  expect(stdout).toMatch(/en: own sentences, L = 8[\s\S]*agreement +1 +0\.0 %/);
});

it('prints one JSON document', async () => {
  const { stdout } = await command(['evaluate', ...MODEL, '--blanks', file, '--json']);
  const { own_blanks: own } = JSON.parse(stdout);
  expect(own.de).toMatchObject({ all: { top1: 1, mrr: 1 }, missed: [], seen_in_training: null });
  expect(own.en).toMatchObject({ hard: { count: 1, top10: 0 } });
  expect(own.en.missed[0].given[0]).toMatch(/^the \w+/);
});

it.each([
  ['nothing to evaluate on', [], /neither --corpus nor --blanks is given/],
  ['a file that is not there', ['--blanks', 'nowhere.json'], /nowhere\.json/],
  ['a depth that is none', ['--blanks', file, '--depths', '4,deep'], /depths/],
])('is refused: %s', async (_, args, message) => {
  const { code, stderr } = await command(['evaluate', ...MODEL, ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
