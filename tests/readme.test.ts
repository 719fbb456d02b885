/** The README's library snippet runs, and what it says exists. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../src/server/start.ts';
import { PATIENT } from './patience.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The lines that the snippets of a page print, in their order. */
function outputsOf(page: string): string[][] {
  return [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, snippet]) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', snippet], {
      cwd: root,
      encoding: 'utf8',
    })
      .trim()
      .split('\n'),
  );
}

it('docs/interventions.md has a snippet that runs as it stands', () => {
  const page = readFileSync(join(root, 'docs', 'interventions.md'), 'utf8');
  const [lines] = outputsOf(page);
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/^\S+ \S+ 0\.\d{3} 0\.\d{3} \d+\.\d{3}$/);
});

it('docs/readings.md prints what it says', () => {
  const page = readFileSync(join(root, 'docs', 'readings.md'), 'utf8');
  const [lines] = outputsOf(page);
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const [, answer] = line.split(/ (.*)/);
    expect(page).toContain(`\`${answer}\``);
  }
});

describe('README', () => {
  let outputs: string[][];
  beforeAll(() => {
    outputs = outputsOf(readme);
  });

  it('has a snippet of the model that runs as it stands', () => {
    const [answer, ranks] = outputs[0];
    expect(answer).toMatch(/^(der|die|das) \p{Lu}\p{L}+ 0\.\d{3}$/u);
    expect(ranks.split(' ').length).toBeGreaterThan(4);
  });

  it('has a snippet of the simulator that runs as it stands', () => {
    const cosines = outputs[1].map((line) => Number(line.split(' ')[2]));
    expect(cosines).toHaveLength(3);
    // 32 orthonormal tokens take the time 178.7309 from cosine 0 to 0.999 at β = 9 (closed form).
    expect(cosines[2]).toBeCloseTo(0.999, 5);
  });

  it('has calls of the server that it answers', async () => {
    const calls = [...readme.matchAll(/^curl (?:-N )?localhost:3000(\S+)(?:.* -d '(.*)')?$/gm)];
    expect(calls.length).toBeGreaterThan(3);
    const server = await startServer({ host: '127.0.0.1', port: 0, seconds: PATIENT, workers: 1 });
    try {
      for (const [, path, body] of calls) {
        const headers = { 'Content-Type': 'application/json' };
        const post = body === undefined ? {} : { method: 'POST', headers, body };
        const response = await fetch(`http://127.0.0.1:${server.port}${path}`, post);
        expect([path, response.status]).toEqual([path, 200]);
        expect(await response.text()).not.toContain('"kind":"error"');
      }
    } finally {
      await server.close();
    }
  });

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1]);
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  });

  it('names every package that is needed at run time with its reason', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const reasons = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
    expect(Object.keys(dependencies).filter((name) => !reasons.includes(`\`${name}\``))).toEqual(
      [],
    );
  });
});
