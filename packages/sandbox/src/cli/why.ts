import { homedir } from 'node:os';

import { asciiJson, escaped } from '@sb/core';

import { shellWord } from '../export/shell-word.js';
import { moveVerbs, pathVerbs, type SandboxQuestion, verbs } from '../why/question.js';
import type { SandboxAnswer } from '../why/why.js';
import { misuse } from './usage-error.js';
import { integerOf } from './words.js';

/**
 * Parses an attempt of `--why`: a verb, and its object. A single path may contain blanks. `~` is the home directory,
 * since shells do not expand it in quotes.
 *
 * @param text - for instance `write /etc/hosts`
 * @throws UsageError
 */
export function questionOf(text: string): SandboxQuestion {
  const [, verb = '', about = ''] = /^\s*(\S+)(?:\s+(.*\S))?\s*$/s.exec(text) ?? [];
  const known = verbs.find((one) => one === verb);
  if (known === undefined || about === '') {
    return misuse(
      `--why ${JSON.stringify(text)} is not an attempt`,
      `Write one of ${verbs.join(', ')}, and its object.`,
    );
  }
  if (isOne(pathVerbs, known)) return { [known]: atHome(about) } as SandboxQuestion;
  return ofWords(known, about.split(/\s+/));
}

function ofWords(verb: string, words: readonly string[]): SandboxQuestion {
  const [first = '', ...others] = words;
  if (verb === 'call') return others.length === 0 ? { call: first } : { call: first, args: others.map(argumentOf) };
  const [second] = others;
  if (isOne(moveVerbs, verb)) {
    if (second === undefined || others.length > 1)
      misuse(`--why ${verb} takes two paths`, 'Write paths without blanks.');
    return { [verb]: atHome(first), to: atHome(second) } as SandboxQuestion;
  }
  if (second !== undefined) misuse(`--why ${verb} takes one port`, 'Ask about one port at a time.');
  return { [verb]: integerOf(first, 'why') } as unknown as SandboxQuestion;
}

function isOne<Word extends string>(list: readonly Word[], word: string): word is Word {
  return (list as readonly string[]).includes(word);
}

function atHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? `${homedir()}${path.slice(1)}` : path;
}

function argumentOf(text: string): bigint {
  if (!/^(?:0x[\da-f]{1,16}|\d{1,20})$/i.test(text)) {
    return misuse(
      `--why call ${text}: it is not a number`,
      'Write arguments in digits, or as 0x and hexadecimal digits.',
    );
  }
  return BigInt(text);
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
