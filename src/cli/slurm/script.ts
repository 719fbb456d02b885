/** The scripts that Slurm runs, as text: a task of the array, and the job that merges. */

/** What both do before their work. */
export interface ScriptStart {
  /** What it works on, for the reader of the script. */
  readonly title: string;
  /** Lines of the user's, such as `module load nodejs`. */
  readonly before: readonly string[];
  /** Where paths among the flags begin. */
  readonly cwd: string;
  /** The Node of the one who submits, and its entry. */
  readonly node: string;
  readonly entry: string;
}

/** What ends a task that has been asked to stop and is not done. */
export const STOPPED = 75;

/** One word for the shell, whatever is in it. */
export const quoted = (text: string): string =>
  /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A wrong folder or a missing Node is said in the log: Slurm itself would tell nobody. */
const startOf = ({ title, before, cwd, node, entry }: ScriptStart) => `#!/usr/bin/env bash
# ${title.replace(/\s+/g, ' ')}; written by schmetterling
${['', ...before].join('\n').trimStart()}
fail() { echo "schmetterling: $1" >&2; exit 1; }
cd -- ${quoted(cwd)} || fail "node $(hostname) does not see the folder of the work: expected one that all nodes share"
node=${quoted(node)}
[ -x "$node" ] || node=$(command -v node) || fail "there is no Node on $(hostname): expected $node or one in PATH, load it with --before 'module load nodejs'"
entry=${quoted(entry)}
[ -e "$entry" ] || fail "node $(hostname) does not see $entry: expected schmetterling in a folder that all nodes share"
`;

/**
 * A task: the number that index 0 stands for is its argument, and `work` what it runs of schmetterling, in shell, with
 * $task for its number, $restart for how often it was begun before and $cores for its cores. Told that its time ends, it finishes what it is at and
 * asks for another turn, for itself alone: SLURM_JOB_ID of a last task is the number of the whole array.
 */
export const jobScript = (start: ScriptStart, work: string): string => `${startOf(start)}
task=$(($1 + SLURM_ARRAY_TASK_ID))
restart=\${SLURM_RESTART_COUNT:-0}
cores=\${SLURM_CPUS_ON_NODE:-1}
echo "task $task on $(hostname), begun again $restart times"
told=0
trap 'told=$((told + 1)); kill -TERM "$work"' USR1
"$node" "$entry" ${work} &
work=$!
until [ "\${heard:-}" = "$told" ]; do
  heard=$told
  wait "$work"
  code=$?
done
if [ "$told" -gt 0 ] && [ "$code" = ${STOPPED} ]; then
  timeout 60 scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" && sleep 60
fi
exit "$code"
`;

/** The job that merges, when all tasks are over. */
export const mergeScript = (start: ScriptStart, work: string): string => `${startOf(start)}
exec "$node" "$entry" ${work}
`;
