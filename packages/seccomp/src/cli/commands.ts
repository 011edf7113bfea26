import type { Words } from '@sb/cli-kit';

import { disassemble } from '../analysis/disassemble.js';
import { evaluate } from '../analysis/evaluate.js';
import { explain } from '../analysis/explain.js';
import { lint } from '../analysis/lint.js';
import { dockerCaps } from '../analysis/docker-profile.js';
import { checkedCall } from '../analysis/simulated-call.js';
import { compile, compileFor } from '../compiler/compile.js';
import { describeAction, lets } from '../policy/actions.js';
import type { Architecture, Machine } from '../tables/architectures.js';
import type { Answer } from './answer.js';
import { comparison } from './compared.js';
import { exportedTo, formats, importedFrom } from './formats.js';
import { help } from './help.js';
import { filterFrom, policyFrom } from './input.js';
import { type CommandName, commands, type OptionName } from './options.js';
import { filtersOf, notesOn, type Running, runningOf } from './running.js';
import { misuse } from './usage-error.js';

type Given = Words<OptionName>;

const answers: Readonly<Record<CommandName, (given: Given) => Answer>> = {
  explain: explained,
  simulate: simulated,
  lint: linted,
  compare: compared,
  import: imported,
  export: exported,
  disasm: disassembled,
};

/**
 * Runs a command.
 *
 * @throws UsageError, SeccompError
 */
export function answerTo(name: CommandName, given: Given): Answer {
  const taken = new Set<string>([...commands[name].takes, 'json']);
  const odd = given.options.find(([option]) => !taken.has(option));
  if (odd !== undefined) misuse(`${name} has no option --${odd[0]}`, 'Leave it out; sb-seccomp --help lists all.');
  return answers[name](given);
}

/** Returns the arguments of a command, and checks their number. */
function wordsOf(given: Given, least: number, most = least): readonly string[] {
  const words = [...given.operands.slice(1), ...given.behind];
  if (words.length >= least && words.length <= most) return words;
  const [name = ''] = given.operands;
  const form = help.split('\n').find((line) => line.startsWith(` ${name} `));
  const count = words.length === 1 ? '1 argument' : `${words.length} arguments`;
  return misuse(`${name} got ${count}`, `Write it as "${form?.slice(1, 30).trim()}".`);
}

const machineOf = (given: Given): Machine => (given.values.get('machine') ?? 'x86_64') as Machine;

function explained(given: Given): Answer {
  const [word = ''] = wordsOf(given, 1);
  const filter = compile(policyFrom(word, 'explain'));
  const programs = filter.programs.map(({ machine, length, notes }) => ({ machine, length, notes }));
  return { text: explain(filter), data: { policy: filter.policy, programs }, status: 0 };
}

function simulated(given: Given): Answer {
  const [word = '', name = '', ...rest] = wordsOf(given, 2, 8);
  const policy = policyFrom(word, 'simulate');
  const own = policy.architectures.includes('x86_64') ? 'x86_64' : policy.architectures[0];
  const arch = (given.values.get('arch') ?? own) as Architecture;
  const { number, args } = checkedCall(
    { syscall: /^\d+$/.test(name) ? Number(name) : name, args: rest.map(numberOf), arch },
    arch,
  );
  const { action, rule } = evaluate(policy, arch, { number, args });
  return { text: `${describeAction(action)}: ${rule}\n`, data: { action, rule }, status: lets(action) ? 0 : 1 };
}

/** A register in decimal or hexadecimal digits. */
function numberOf(text: string): bigint {
  const isNumber = /^(?:0x[\da-f]{1,16}|\d{1,20})$/i.test(text);
  return isNumber ? BigInt(text) : misuse(`${JSON.stringify(text)} is not a number`, 'Write -1 as 0xffffffff.');
}

function linted(given: Given): Answer {
  const [word = ''] = wordsOf(given, 1);
  const findings = lint(policyFrom(word, 'lint'));
  const lines = findings.map(
    ({ code, severity, path, message, hint }) => `${severity} ${code} at ${path}: ${message}. ${hint}\n`,
  );
  return {
    text: lines.join(''),
    data: findings,
    status: findings.some(({ severity }) => severity === 'error') ? 1 : 0,
  };
}

function compared(given: Given): Answer {
  const [first = '', second = ''] = wordsOf(given, 2);
  if (first === '-' && second === '-') misuse('both filters are standard input', 'Name a file for one of them.');
  const expected = given.options.flatMap(([name, value]) => (name === 'expect' ? [value ?? ''] : []));
  const machine = machineOf(given);
  const filters = [filterFrom(first, machine), filterFrom(second, machine)] as const;
  return comparison(filters, new Set(expected.length === 0 ? ['equal'] : expected));
}

/** The format that stands before a file. */
function formatOf(given: Given): readonly [format: (typeof formats)[number], word: string] {
  const [format = '', word = ''] = wordsOf(given, 2);
  const known = formats.find((one) => one === format);
  if (known !== undefined) return [known, word];
  return misuse(
    `unknown format ${format}`,
    given.operands[0] === 'export'
      ? 'Use oci or systemd. sb-run --export also writes kubernetes, docker and bwrap.'
      : `Use one of: ${formats.join(', ')}.`,
  );
}

function imported(given: Given): Answer {
  const [format, word] = formatOf(given);
  const runtime = given.values.get('runtime') === 'crun' ? 'crun' : 'runc';
  return importedFrom(format, word, { machine: machineOf(given), runtime, caps: capsOf(given) });
}

/** Capabilities of a container: Docker's by default. */
function capsOf(given: Given): readonly string[] {
  const words = given.values.get('caps');
  if (words === undefined) return dockerCaps;
  const names = words === 'none' ? [] : words.split(',').map((name) => name.toUpperCase());
  const odd = names.find((name) => !/^CAP_[A-Z_]+$/.test(name));
  return odd === undefined ? names : misuse(`--caps has ${JSON.stringify(odd)}`, 'Write none, or CAP_CHOWN,CAP_KILL.');
}

function exported(given: Given): Answer {
  const [format, word] = formatOf(given);
  return exportedTo(format, policyFrom(word, 'export'), machineOf(given));
}

function disassembled(given: Given): Answer {
  const [word = ''] = wordsOf(given, 1);
  const running = runningOf(word);
  if (running !== undefined) return listingOf(running);
  const read = filterFrom(word, machineOf(given));
  const { bytes } = 'bytes' in read ? read : compileFor(read, machineOf(given));
  const text = disassemble(bytes);
  return { text, data: linesOf(text), status: 0 };
}

/** All filters of a process, or the one that is named, with their numbers. */
function listingOf(running: Running): Answer {
  const { pid, filter: first = 1 } = running;
  const listings = filtersOf(running).map(({ bytes }) => disassemble(bytes));
  return {
    text: listings.map((text, index) => `filter ${first + index} of process ${pid}:\n${text}`).join('\n'),
    data: listings.map((text, index) => ({ filter: first + index, instructions: linesOf(text) })),
    status: 0,
    notes: notesOn(running),
  };
}

const linesOf = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
