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
  if (shows.length === 0 && args.command.length === 0) misuse('there is no command', 'Write it behind --.');
  const sandbox = createSandbox(policyFrom(args));
  if (shows.length === 0) return await run(sandbox, args.command, args.one('report'));
  if (args.has('report')) misuse(`--${shows[0]} runs nothing that a report could be of`, 'Leave --report out.');
  const file = args.one('compile');
  if (file !== undefined) await print(compileTo(sandbox, args.command, file));
  if (args.has('explain')) await print(sandbox.explain());
  if (args.has('dry-run')) await print(planText(sandbox, args.command));
  if (!args.has('self-test')) return 0;
  const test = await sandbox.selfTest();
  await print(selfTestText(test));
  return test.passed ? 0 : failed;
}
