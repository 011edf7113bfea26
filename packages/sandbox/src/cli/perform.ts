import { resolve } from 'node:path';

import { createSandbox } from '../sandbox.js';
import type { Sandbox } from '../types.js';
import type { Arguments } from './arguments.js';
import { compileTo } from './compile.js';
import { denied, failed } from './exit-status.js';
import { exportTo } from './export.js';
import { explainFailure } from './failure.js';
import { complain, print } from './output.js';
import { policyFrom } from './policy.js';
import { planText, previewed, selfTestText } from './previews.js';
import { type Reports, run } from './run.js';
import { misuse } from './usage-error.js';
import { answersText, answerTo } from './why.js';

/**
 * Shows the sandbox that the command line describes, or runs the command in it.
 *
 * @returns the exit status
 * @throws UsageError, SandboxError
 */
export async function perform(args: Arguments): Promise<number> {
  const shows = (['compile', 'export', 'dry-run', 'explain', 'why', 'self-test'] as const).filter((name) =>
    args.has(name),
  );
  const command = commandFrom(args);
  if (shows.length === 0 && command.length === 0) misuse('the command is missing', 'Write it after --, or use -c.');
  const sandbox = createSandbox(policyFrom(args));
  if (args.has('json') && !args.has('why'))
    misuse('--json is a form of the answers to --why, and there is no --why', noQuestion);
  if (shows.length === 0) {
    return await run(sandbox, command, reportsFrom(args));
  }
  const unused = (['report', 'denials'] as const).find((name) => args.has(name));
  if (unused !== undefined)
    misuse(`--${unused} cannot be combined with --${shows[0]}, which runs nothing`, `Leave --${unused} out.`);
  const file = args.one('compile');
  if (file !== undefined) await print(compileTo(sandbox, command, file));
  const exported = await exportTo(sandbox, command, args.one('export'));
  if (args.has('explain')) await print(`${sandbox.explain()}${askMore}`);
  if (args.has('dry-run')) await print(planText(sandbox, command));
  const answers = args.all('why').map((text) => answerTo(text, (question) => sandbox.allows(question, command[0])));
  await print(answersText(answers, args.has('json')));
  tellRefusal(sandbox, args);
  if (!args.has('self-test')) return exported && answers.every(({ allowed }) => allowed) ? 0 : denied;
  const test = await sandbox.selfTest();
  await print(selfTestText(test));
  return test.passed ? 0 : failed;
}

/** A plan ends as the run would. Answers say only that there would be none. */
function tellRefusal(sandbox: Sandbox, args: Arguments): void {
  if (sandbox.policy.cgroup === undefined || !(args.has('dry-run') || args.has('why'))) return;
  const { refusal } = previewed(sandbox);
  if (refusal === undefined) return;
  if (args.has('dry-run')) throw refusal;
  complain(`the command would not run here: ${explainFailure(refusal, args).message}`);
}

/** Not standard error, which both may use. */
function isNamed(file: string | undefined): file is string {
  return file !== undefined && file !== '';
}

function reportsFrom(args: Arguments): Reports {
  const [report, denials] = [args.one('report'), args.one('denials')];
  if (isNamed(report) && isNamed(denials) && resolve(report) === resolve(denials))
    misuse('--report and --denials name the same file', 'Name two files.');
  return { report, denials };
}

const noQuestion =
  'Add a question, for instance --why "write /etc/hosts". --report prints what is in force in a run, as JSON.';

/** A reader of a plan often wants to know about one file or port. */
const askMore = "more          add --why 'write PATH' to ask whether one attempt is allowed\n";

/** A line of the shell gets the words after `--` as `$1` and so on. */
function commandFrom(args: Arguments): readonly string[] {
  const line = args.one('shell');
  return line === undefined ? args.command : ['/bin/sh', '-c', line, 'sh', ...args.command];
}
