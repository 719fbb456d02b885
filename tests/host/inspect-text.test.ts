/** What `inspect` says of a model itself is what it says of the arrays that a trace has written, and what the trace says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeTrace } from '../../src/cli/trace/files.ts';
import { type InspectOptions, inspectFrames } from '../../src/flow/inspect.ts';
import { readModel } from '../../src/host/models.ts';
import { readNpy } from '../../src/host/npy.ts';
import { inspectText } from '../../src/language/inspect-text.ts';
import { trace } from '../../src/language/trace.ts';
import { command } from '../cli/command.ts';
import { folderOf, plainOf, single, textOf } from './pretrained-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'inspect-text-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder and a text of it: masked ones with a blank. */
function asked(name: string): [folder: string, text: string] {
  const { ids } = plainOf(name);
  const place = single(ids);
  return name === 'llama'
    ? [folderOf(name), textOf(ids)]
    : [folderOf(name, ids[place]), textOf(ids, place)];
}

const FLOW = 'Mein Lieblingstier ist __';

describe.each(['bert', 'albert-groups', 'llama', 'lieblingstier'])('%s', (name) => {
  const [folder, text] = name === 'lieblingstier' ? [name, FLOW] : asked(name);
  const model = readModel(folder);

  it('has the numbers of its arrays, and of its trace', async () => {
    const traced = trace(model, text);
    const out = join(root, name);
    await writeTrace(out, traced, {}, ['svg'], 0);
    const arrays = ['hidden_states', 'attentions'].map((file) =>
      readNpy(join(out, `${file}.npy`), file),
    );
    for (const options of [
      {},
      { space: 'euclidean', beta: 2, tolerances: [0.5, 1] },
    ] satisfies InspectOptions[])
      expect(inspectText(model, text, options)).toEqual(
        inspectFrames(arrays[0], arrays[1], options),
      );
    const { diagnostics, clusters } = inspectText(model, text);
    const { radius_mean: lengths, ...rest } = traced.diagnostics;
    if (name !== 'lieblingstier') {
      expect(diagnostics).toEqual(traced.diagnostics);
      expect(clusters).toEqual(traced.clusters);
      return;
    }
    // a flow's states are on the sphere as they are, without lengths; brought there once more they move by a rounding
    expect(lengths.every((length) => length === null)).toBe(true);
    for (const [key, values] of Object.entries(rest)) {
      const own = [diagnostics[key]].flat(2).map(Number);
      expect(own).toBeAllClose([values].flat(2).map(Number), { absolute: 1e-9 });
    }
  });
});

describe('the command', () => {
  const [folder, text] = asked('bert');

  it('says the same of a model', async () => {
    const { code, stdout } = await command([
      ...['inspect', '--model', folder, '--text', text],
      ...['--precision', 'float64', '--json'],
    ]);
    expect(code).toBe(0);
    const { seconds: _, model, text: asTyped, ...record } = JSON.parse(stdout);
    expect([model, asTyped]).toEqual([readModel(folder).name, text]);
    const wanted = inspectText(readModel(folder, { precision: 'float64' }), text);
    expect(record).toEqual(JSON.parse(JSON.stringify(wanted)));
  });

  it.each([
    ['nothing', [], /nothing is given to inspect.*--text and --model/],
    ['arrays and a text', ['states.npy', '--text', 'x'], /option text is "x", and states\.npy/],
    ['a model without a text', ['--model', folder], /nothing is given to inspect/],
    ['attentions of its own', ['--text', text, '--attentions', 'a.npy'], /has its own/],
    ['a wrong option', ['--text', text, '--space', 'torus'], /space/],
  ])('%s is refused in one line', async (_, args, message) => {
    const { code, stdout, stderr } = await command(['inspect', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(message);
  });
});
