import { createSandbox } from '../sandbox.js';
import type { Sandbox } from '../types.js';
import type { Arguments } from './arguments.js';
import { compileTo } from './compile.js';
import { denied, failed } from './exit-status.js';
import { exportTo } from './export.js';
import { explainFailure } from './failure.js';
import { learnFrom } from './learn.js';
import { complain, print } from './output.js';
import { policyFrom } from './policy.js';
import { planText, previewed, selfTestText } from './previews.js';
import { commandFrom, noCommand } from './run-command.js';
import { misuse } from './usage-error.js';
import { answersText, answerTo } from './why.js';

/**
 * Shows the sandbox that the command line describes, and runs nothing; or learns what the command needs.
 *
 * @returns the exit status
 * @throws UsageError, SandboxError
 */
export async function perform(args: Arguments): Promise<number> {
  const shows = (['compile', 'export', 'dry-run', 'explain', 'why', 'self-test'] as const).filter((name) =>
    args.has(name),
  );
  const command = commandFrom(args);
  if (shows.length === 0 && command.length === 0) noCommand();
  const sandbox = createSandbox(policyFrom(args));
  if (args.has('json') && !args.has('why'))
    misuse('--json is a form of the answers to --why, and there is no --why', noQuestion);
  if (args.has('learn-within') && !args.has('learn'))
    misuse('--learn-within bounds what --learn grants, and there is no --learn', 'Add --learn.');
  if (shows.length === 0) return await learnFrom(args, sandbox.policy, command);
  refuseUnused(args, shows[0] ?? '');
  return await show(args, sandbox, command);
}

/** Shows everything that the command line asks for. */
async function show(args: Arguments, sandbox: Sandbox, command: readonly string[]): Promise<number> {
  const file = args.one('compile');
  if (file !== undefined) await print(compileTo(sandbox, command, file));
  const exported = await exportTo(sandbox, command, args.one('export'));
  if (args.has('explain')) await print(`${sandbox.explain()}${askMore}`);
  if (args.has('dry-run')) await print(planText(sandbox, command));
  const isAllowed = await isAnsweredYes(args, sandbox, command);
  tellRefusal(sandbox, args);
  if (!args.has('self-test')) return exported && isAllowed ? 0 : denied;
  const test = await sandbox.selfTest();
  await print(selfTestText(test));
  return test.passed ? 0 : failed;
}

/** Answers the attempts of `--why`; whether all are allowed. */
async function isAnsweredYes(args: Arguments, sandbox: Sandbox, [program]: readonly string[]): Promise<boolean> {
  const answers = args.all('why').map((text) => answerTo(text, (question) => sandbox.allows(question, program)));
  await print(answersText(answers, args.has('json')));
  return answers.every(({ allowed }) => allowed);
}

/** Options of a run have no meaning beside one that runs nothing. */
function refuseUnused(args: Arguments, shown: string): void {
  const unused = (['report', 'denials', 'learn'] as const).find((name) => args.has(name));
  if (unused !== undefined)
    misuse(`--${unused} cannot be combined with --${shown}, which runs nothing`, `Leave --${unused} out.`);
}

/** A plan ends as the run would. Answers say only that there would be none. */
function tellRefusal(sandbox: Sandbox, args: Arguments): void {
  if (sandbox.policy.cgroup === undefined || !(args.has('dry-run') || args.has('why'))) return;
  const { refusal } = previewed(sandbox);
  if (refusal === undefined) return;
  if (args.has('dry-run')) throw refusal;
  complain(`the command would not run here: ${explainFailure(refusal, args).message}`);
}

const noQuestion =
  'Add a question, for instance --why "write /etc/hosts". --report prints what is in force in a run, as JSON.';

/** A reader of a plan often wants to know about one file or port. */
const askMore = "more          add --why 'write PATH' to ask whether one attempt is allowed\n";
