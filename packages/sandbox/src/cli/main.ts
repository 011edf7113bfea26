import type { Arguments } from './arguments.js';
import { failed } from './exit-status.js';
import { guarded } from './guarded.js';
import { failWith } from './report-failure.js';
import { runCommand } from './run-command.js';
import type * as Answers from './sb-run-answers.js';

/** Imports what lies beside this module: see `runScript` of @sb/cli-kit. */
declare const importBeside: (path: string) => Promise<unknown>;

/** The options that ask for something other than a run. */
const asking = [
  'help',
  'list-profiles',
  'version',
  'completion',
  'compile',
  'export',
  'dry-run',
  'explain',
  'why',
  'json',
  'learn',
  'learn-within',
  'self-test',
] as const;

const argv = process.argv.slice(2);

// Nobody sees a stack of this program, and hundreds of paths that do not exist would each make one.
Error.stackTraceLimit = 0;

// If nothing is left to wait for, although the command has not ended.
process.exitCode = failed;
void begin();

async function begin(): Promise<void> {
  process.exitCode = await guarded(argv, { execute, fail: async (...failure) => failWith(...failure) });
}

/** Runs the command. What runs nothing is in another module, so that a run does not load it. */
async function execute(args: Arguments): Promise<number> {
  if (!asking.some((name) => args.has(name))) return await runCommand(args);
  const { answered } = (await importBeside('./sb-run-answers.js')) as typeof Answers;
  return await answered(argv);
}
