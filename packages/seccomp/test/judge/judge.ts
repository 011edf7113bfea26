/* The second judge as a function: many questions to one process of Debian's z3. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { SeccompPolicy } from '../../src/index.js';
import type { AnyProgram } from '../../src/exact/prove.js';
import type { WitnessCall } from '../../src/exact/witness.js';
import { type Action, encodeAction } from '../../src/policy/actions.js';
import { presets } from '../../src/policy/presets.js';

/** Whether a program does what a policy says; `below` asks about smaller calls than that one only. */
export interface Question {
  readonly program: AnyProgram;
  readonly policy: SeccompPolicy;
  readonly below?: WitnessCall;
}

/** What z3 says: equal, or a call that the program and the policy answer differently. */
export interface Judgement {
  readonly equal: boolean;
  readonly audit: string;
  readonly number: string;
  readonly args: readonly string[];
  readonly instructionPointer: string;
}

const script = fileURLToPath(new URL('judge.py', import.meta.url));

/** Debian's z3 belongs to Debian's Python, and another one may come first on the path. */
const python = '/usr/bin/python3';

/** Asks z3. @throws Error where it fails, or answers other than yes or no */
export function judgements(questions: readonly Question[]): readonly Judgement[] {
  const input = questions.map((question) => `${JSON.stringify(plain(question))}\n`).join('');
  const { status, stdout, stderr } = spawnSync(python, ['-B', script], { input, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`z3 ended with ${status}: ${stderr}`);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Judgement);
  if (answers.length !== questions.length || answers.some(({ equal }) => typeof equal !== 'boolean'))
    throw new Error(`z3 has no answer: ${stdout}`);
  return answers;
}

function plain({ program: { machine, bytes }, policy, below }: Question): object {
  const number = (value: Action) => encodeAction(value);
  const rules = (list: SeccompPolicy['rules']) => list.map((rule) => ({ ...rule, action: number(rule.action) }));
  const { denied, unknown, foreign, x32 } = policy;
  const actions = { denied: number(denied), unknown: number(unknown), foreign: number(foreign), x32: number(x32) };
  const preset = presets[policy.base];
  return {
    machine,
    program: Buffer.from(bytes).toString('hex'),
    policy: { ...policy, ...actions, rules: rules(policy.rules) },
    preset: { ...preset, rules: rules(preset.rules) },
    ...(below === undefined ? {} : { below: orderOf(below) }),
  };
}

/** A call as one number, the more significant part first. */
function orderOf({ audit, number, args, instructionPointer }: WitnessCall): string {
  const digits = (value: bigint | number, count: number) => value.toString(16).padStart(count, '0');
  const longs = [...args, instructionPointer].map((value) => digits(value, 16));
  return `0x${digits(audit, 8)}${digits(number, 8)}${longs.join('')}`;
}
