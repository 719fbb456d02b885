/** The README's library snippet runs, and what it says exists. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('README', () => {
  it('has a library snippet that runs as it stands', () => {
    const [, snippet] = readme.match(/```js\n([\s\S]*?)```/) ?? [];
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', snippet], {
      cwd: root,
      encoding: 'utf8',
    });
    const [answer, ranks] = output.trim().split('\n');
    expect(answer).toMatch(/^(der|die|das) \p{Lu}\p{L}+ 0\.\d{3}$/u);
    expect(ranks.split(' ').length).toBeGreaterThan(4);
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
