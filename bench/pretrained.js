/**
 * Networks of Hugging Face checkpoints: one forward pass, all states and attentions kept, in float32 against
 * onnxruntime-web and onnxruntime-node on the same weights, one thread each, and two of our threads against one; and
 * the first answer of the command line from a cold start, with the memory that it takes. All take turns in one process, so that a machine whose speed drifts slows them alike: the ratios
 * count, and of a machine that others use those of processor time.
 *
 *   npm run build && node bench/pretrained.js FOLDER [--onnx FILE --packages FOLDER] [--repeats 21]
 *   node bench/pretrained.js --cold FOLDER|FILE.gguf [--text TEXT] [--slots 1]
 *
 * FOLDER is a checkpoint of MiniLM's kind, or one of random weights: python3 bench/peers/checkpoints.py --make minilm
 * FOLDER; --make bert-base FOLDER for the cold start. FILE is its export: python3 bench/peers/checkpoints.py --export
 * FOLDER FILE. The peers are looked for in the node_modules of --packages: ONNXRUNTIME_NODE_INSTALL=skip npm install
 * onnxruntime-node@1.30 onnxruntime-web@1.30 in an empty folder. Without them only our own times are taken.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readGgufFile } from '../dist/host/gguf.js';
import { readNetwork } from '../dist/host/pretrained.js';

const TOKENS = [32, 128];
const COLD_STARTS = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    onnx: { type: 'string' },
    packages: { type: 'string', default: '.' },
    repeats: { type: 'string', default: '21' },
    cold: { type: 'boolean', default: false },
    start: { type: 'boolean', default: false },
    text: { type: 'string', default: 'The capital of France is' },
    slots: { type: 'string' },
  },
});
const [folder] = positionals;

if (!folder) console.log('no folder is given: the comment of bench/pretrained.js says which');
else if (values.start) await reportStart();
else if (values.cold) coldStarts();
else await comparePasses();

async function comparePasses() {
  const [one, two] = [1, 2].map((threads) => readNetwork(folder, { threads }));
  const passes = {
    ours: (ids) => one.run(ids, { attentions: true }),
    'ours, two threads': (ids) => two.run(ids, { attentions: true }),
    ...(values.onnx ? await peers() : {}),
  };
  for (const tokens of TOKENS) {
    const ids = Array.from({ length: tokens }, (_, i) => 1000 + 7 * i);
    await agree(passes, ids);
    console.log(`\n${tokens} tokens`);
    report(await timed(passes, ids));
  }
  for (const network of [one, two]) network.close();
}

/** Passes of the peers, by name. */
async function peers() {
  const require = createRequire(join(resolve(values.packages), 'package.json'));
  const model = readFileSync(values.onnx);
  const passOf = async (name, options) => {
    const { InferenceSession, Tensor, env } = require(name);
    env.wasm.numThreads = 1;
    const session = await InferenceSession.create(model, options);
    return (ids) => {
      const tokens = new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
      return session.run({ ids: tokens });
    };
  };
  const alone = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  return {
    'onnxruntime-web': await passOf('onnxruntime-web', { executionProviders: ['wasm'] }),
    'onnxruntime-node': await passOf('onnxruntime-node', alone),
  };
}

/** Warms up, and throws where a pass has other states than ours. */
async function agree(passes, ids) {
  const { states } = passes.ours(ids);
  const last = states.length - 1;
  for (const [name, pass] of Object.entries(passes)) {
    const found = await pass(ids);
    const { data } = found.states?.[last] ?? found[`hidden.${last}`];
    const most = data.reduce(
      (error, value, i) => Math.max(error, Math.abs(value - states[last].data[i])),
      0,
    );
    if (!(most < 1e-3)) throw new Error(`${name} differs from ours by ${most}: is FILE of FOLDER?`);
  }
}

/** Milliseconds of each pass, by the clock and of processors, every round in another order. */
async function timed(passes, ids) {
  const names = Object.keys(passes);
  const times = Object.fromEntries(names.map((name) => [name, { clock: [], processor: [] }]));
  for (let round = 0; round < Number(values.repeats); round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      const [cpu, begun] = [process.cpuUsage(), performance.now()];
      await passes[name](ids);
      times[name].clock.push(performance.now() - begun);
      const { user, system } = process.cpuUsage(cpu);
      times[name].processor.push((user + system) / 1000);
    }
  return times;
}

function report(times) {
  const ours = times.ours;
  for (const [name, { clock, processor }] of Object.entries(times)) {
    const line = `${name.padEnd(18)} ${inMs(clock)}, of processors ${inMs(processor)}`;
    if (name === 'ours') console.log(line);
    else if (name.startsWith('ours'))
      console.log(`${line}; this / ours: ${ratio(clock, ours.clock)}`);
    else
      console.log(
        `${line}; ours / this: ${ratio(ours.clock, clock)}, of processors ${ratio(ours.processor, processor)}`,
      );
  }
}

function median(list) {
  return list.toSorted((a, b) => a - b)[list.length >> 1];
}

function inMs(list) {
  return `${median(list).toFixed(1).padStart(6)} ms`;
}

/** Median of the ratios within a round, whose passes ran one after another. */
function ratio(above, below) {
  return median(above.map((value, i) => value / below[i])).toFixed(2);
}

/** Time from the start of the command to its answer, and the most memory that it had: against weights in float32. */
function coldStarts() {
  const weights = float32Bytes();
  const script = fileURLToPath(import.meta.url);
  const slots = values.slots ? ['--slots', values.slots] : [];
  const runs = Array.from({ length: COLD_STARTS }, () => {
    const begun = performance.now();
    const { stderr, status } = spawnSync(
      process.execPath,
      [script, folder, '--start', '--text', values.text, ...slots],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    return { ms: performance.now() - begun, ...JSON.parse(stderr.trim().split('\n').at(-1)) };
  });
  const seconds = (median(runs.map(({ ms }) => ms)) / 1000).toFixed(2);
  const cpu = (median(runs.map((run) => run.cpu)) / 1000).toFixed(2);
  const share = (median(runs.map(({ resident }) => resident)) / weights).toFixed(2);
  console.log(
    `${(weights / 1e6).toFixed(0)} MB as float32: cold start to the first answer ${seconds} s (${cpu} s of processors), resident at most ${share} times that`,
  );
}

/** Bytes of all weights, were each number a float32. */
function float32Bytes() {
  const file = join(folder, 'model.safetensors');
  if (!existsSync(file)) return sumOf([...readGgufFile(folder).tensors.values()]);
  const opened = openSync(file, 'r');
  const bytes = (from, length) => {
    const out = Buffer.alloc(length);
    readSync(opened, out, 0, length, from);
    return out;
  };
  const { __metadata__, ...tensors } = JSON.parse(bytes(8, Number(bytes(0, 8).readBigUInt64LE())));
  closeSync(opened);
  return sumOf(Object.values(tensors));
}

function sumOf(tensors) {
  return tensors.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
}

/** The command itself, in this process, and what it took on the last line of the errors. */
async function reportStart() {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    const resident = 1024 * process.resourceUsage().maxRSS;
    console.error(JSON.stringify({ cpu: (user + system) / 1000, resident }));
  });
  const slots = values.slots ? ['--slots', values.slots] : [];
  const command = ['predict', values.text, '--model', folder, ...slots];
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...command);
  // waits for the command
  await import('../bin/schmetterling.js');
}
