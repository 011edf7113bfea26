import { createSandbox } from '../sandbox.js';
import type { Arguments } from './arguments.js';
import { compileTo } from './compile.js';
import { failed } from './exit-status.js';
import { print } from './output.js';
import { policyFrom } from './policy.js';
import { planText, selfTestText } from './previews.js';
import { run } from './run.js';
import { misuse } from './usage-error.js';

/**
 * Shows the sandbox that the command line describes, or runs the command in it.
 *
 * @returns the exit status
 * @throws UsageError, SandboxError
 */
export async function perform(args: Arguments): Promise<number> {
  const shows = (['compile', 'dry-run', 'explain', 'self-test'] as const).filter((name) => args.has(name));
  const command = commandFrom(args);
  if (shows.length === 0 && command.length === 0) misuse('there is no command', 'Write it behind --, or give -c.');
  const sandbox = createSandbox(policyFrom(args));
  if (shows.length === 0) return await run(sandbox, command, args.one('report'));
  if (args.has('report')) misuse(`--${shows[0]} runs nothing that a report could be of`, 'Leave --report out.');
  const file = args.one('compile');
  if (file !== undefined) await print(compileTo(sandbox, command, file));
  if (args.has('explain')) await print(sandbox.explain());
  if (args.has('dry-run')) await print(planText(sandbox, command));
  if (!args.has('self-test')) return 0;
  const test = await sandbox.selfTest();
  await print(selfTestText(test));
  return test.passed ? 0 : failed;
}

/** A line for the shell finds the words behind `--` as `$1` and so on. */
function commandFrom(args: Arguments): readonly string[] {
  const line = args.one('shell');
  return line === undefined ? args.command : ['/bin/sh', '-c', line, 'sh', ...args.command];
}
