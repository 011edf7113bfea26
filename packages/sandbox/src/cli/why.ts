import { homedir } from 'node:os';

import { asciiJson, escaped, isSandboxError } from '@sb/core';

import { shellWord } from '../export/shell-word.js';
import { moveVerbs, pathVerbs, type SandboxQuestion, verbs } from '../why/question.js';
import type { SandboxAnswer } from '../why/why.js';
import { misuse, UsageError } from './usage-error.js';

/**
 * Parses an attempt of `--why`: a verb, and its object. A single path may contain blanks. `~` is the home directory,
 * since shells do not expand it in quotes.
 *
 * @param text - for instance `write /etc/hosts`
 * @throws UsageError
 */
function questionOf(text: string): SandboxQuestion {
  const [, verb = '', about = ''] = /^\s*(\S+)(?:\s+(.*\S))?\s*$/s.exec(text) ?? [];
  const known = verbs.find((one) => one === verb);
  if (known === undefined) {
    return misuse(
      `--why ${JSON.stringify(text)} is not an attempt`,
      `Write one of ${verbs.join(', ')}, and its object.`,
    );
  }
  if (about === '') return refuseBare(known);
  if (isOne(pathVerbs, known)) return { [known]: atHome(about) } as SandboxQuestion;
  return ofWords(known, about.split(/\s+/), text);
}

function objectOf(verb: (typeof verbs)[number]): readonly [object: string, example: string] {
  if (isOne(pathVerbs, verb)) return ['a path', '/etc/hosts'];
  if (isOne(moveVerbs, verb)) return ['two paths', '/tmp/old /tmp/new'];
  return verb === 'call' ? ['a system call', 'ptrace'] : ['a port', '443'];
}

/** A verb without its object. */
function refuseBare(verb: (typeof verbs)[number]): never {
  const [object, example] = objectOf(verb);
  return misuse(`--why ${verb} needs ${object}`, `Write, for instance: --why "${verb} ${example}"`);
}

/** The largest TCP port. */
const maxPort = 65_535;

function portOf(word: string, text: string): number {
  if (/^\d{1,5}$/.test(word) && Number(word) <= maxPort) return Number(word);
  return misuse(`--why ${JSON.stringify(text)}: ${word} is not a port`, `Write a port from 0 to ${maxPort} in digits.`);
}

function ofWords(verb: string, words: readonly string[], text: string): SandboxQuestion {
  const [first = '', ...others] = words;
  if (verb === 'call')
    return others.length === 0 ? { call: first } : { call: first, args: others.map((one) => argumentOf(one, text)) };
  const [second] = others;
  if (isOne(moveVerbs, verb)) {
    if (second === undefined || others.length > 1)
      misuse(`--why ${verb} takes two paths`, 'Write paths without blanks.');
    return { [verb]: atHome(first), to: atHome(second) } as SandboxQuestion;
  }
  if (second !== undefined) misuse(`--why ${verb} takes one port`, 'Ask about one port at a time.');
  if (verb === 'connect' && first.startsWith('@')) return { connect: first };
  return { [verb]: portOf(first, text) } as unknown as SandboxQuestion;
}

/**
 * Answers an attempt of `--why`.
 *
 * @param text - the attempt
 * @param ask - of a sandbox
 * @throws UsageError with the attempt, if it names what this machine does not have; the errors of `ask`
 */
export function answerTo(text: string, ask: (question: SandboxQuestion) => SandboxAnswer): SandboxAnswer {
  try {
    return ask(questionOf(text));
  } catch (error) {
    // The place in the question, which the command line does not show.
    const [, what] = (isSandboxError(error) && /^sandbox: call (.*)$/s.exec(error.message)) || [];
    throw what === undefined ? error : new UsageError(`--why ${JSON.stringify(text)}: ${what}`);
  }
}

function isOne<Word extends string>(list: readonly Word[], word: string): word is Word {
  return (list as readonly string[]).includes(word);
}

function atHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? `${homedir()}${path.slice(1)}` : path;
}

function argumentOf(word: string, text: string): bigint {
  if (!/^(?:0x[\da-f]{1,16}|\d{1,20})$/i.test(word)) {
    return misuse(
      `--why ${JSON.stringify(text)}: ${word} is not a number`,
      'Write arguments in digits, or as 0x and hexadecimal digits.',
    );
  }
  return BigInt(word);
}

/** Returns the answers as lines for people, or as JSON, one a line. */
export function answersText(answers: readonly SandboxAnswer[], isJson: boolean): string {
  return answers.map(isJson ? (answer) => `${asciiJson(answer)}\n` : textOf).join('');
}

function textOf({ attempt, allowed, layer, reason, errno, add }: SandboxAnswer): string {
  const why = `${layer === undefined ? '' : `${layer}: `}${reason}${errno === undefined ? '' : ` (${errno})`}`;
  const lines = [`${allowed ? 'allowed' : 'denied'}: ${attempt}`, `  ${why}`];
  if (add?.options !== undefined) lines.push(`  to allow it, add: ${add.options.map(shellWord).join(' ')}`);
  else if (add !== undefined) lines.push(`  to allow it, add to the policy: ${JSON.stringify(add.policy)}`);
  else if (!allowed) lines.push('  No single option allows it.');
  return lines.map((line) => `${escaped(line)}\n`).join('');
}
