import { columns } from '@sb/cli-kit';
import type { FeatureReport } from '@sb/core';
import type { SelfTestLine } from '@sb/sandbox';

import { heading, message, type MessageStyle } from '../ui/messages.js';
import { columnsOf, printable } from '../ui/text.js';
import { attemptName } from './attempt-name.js';
import type { Diagnosis, Finding } from './diagnosis.js';
import { featureNames } from './feature-names.js';

const verdicts: Readonly<Record<Diagnosis['verdict'], string>> = {
  full: 'full: every layer is in force',
  partial: 'partial: a layer is missing or off; nothing is downloaded as root',
  broken: 'broken: do not download before this is fixed',
};

/** How much of a diagnosis is shown. */
export type Extent = 'verdict' | 'summary' | 'whole';

/**
 * A diagnosis for people: the verdict, then the remedies, then the details.
 *
 * @param extent - `verdict`: only the first line; `whole`: with every attempt
 */
export function diagnosisText(diagnosis: Diagnosis, extent: Extent, style: MessageStyle): string {
  const { verdict, kernel, user, features, attempts, findings } = diagnosis;
  const head = heading(verdicts[verdict], style);
  if (extent === 'verdict') return head;
  // Not "as nobody": that is the name of a user.
  const who = user === null ? 'Nothing is downloaded' : `Downloads as ${user.name}`;
  const parts = [
    head,
    ...findings.map((finding) => findingText(finding, style)),
    heading(`${who}, on Linux ${kernel}`, style),
    user === null ? '' : `  ${printable(user.source, style.charset)}\n`,
    table([['LAYER', 'STATE', 'FEATURES'], ...featureRows(features)], style),
    heading(`Attempts in the sandbox: ${countsOf(attempts)}`, style),
    attemptTable(extent === 'whole' ? attempts : attempts.filter(({ result }) => result !== 'passed'), style),
    extent === 'whole' || attempts.length === 0 ? '' : '  "pacman-fetch doctor --verbose" lists each of them.\n',
  ];
  return parts.join('');
}

/** The results of all attempts, in numbers. */
function countsOf(attempts: readonly SelfTestLine[]): string {
  if (attempts.length === 0) return 'none';
  const count = (result: SelfTestLine['result']): number => attempts.filter((one) => one.result === result).length;
  const [wrong, unproved] = [count('failed'), count('unproved')];
  return [
    `${count('passed')} of ${attempts.length} went as planned`,
    ...(wrong === 0 ? [] : [`${wrong} WRONG`]),
    ...(unproved === 0 ? [] : [`${unproved} unproved`]),
  ].join(', ');
}

function attemptTable(attempts: readonly SelfTestLine[], style: MessageStyle): string {
  if (attempts.length === 0) return '';
  return table([['', 'LAYER', 'ATTEMPTED', 'INSIDE', 'WITHOUT'], ...attempts.map(attemptRow)], style);
}

function findingText({ level, what, remedy }: Finding, style: MessageStyle): string {
  if (level === 'note') return `note: ${printable(what, style.charset)}\n       ${printable(remedy, style.charset)}\n`;
  return message(level === 'broken' ? 'error' : 'warning', { text: what, hint: remedy }, style);
}

/** Columns of an attempt: a line has at most 80. */
const attemptWidth = 30;

/** How the result of an attempt is shown. */
const results: Readonly<Record<SelfTestLine['result'], string>> = {
  passed: 'ok',
  failed: 'WRONG',
  unproved: 'unproved',
};

/** The expected result is shown if another one came. */
function attemptRow({ layer, feature, attempted, expected, seen, control, result }: SelfTestLine): readonly string[] {
  const call = attemptName({ feature, attempted });
  const short = call.length > attemptWidth ? `${call.slice(0, attemptWidth - 3)}...` : call;
  return [results[result], layer, short, result === 'failed' ? `${seen}, not ${expected}` : seen, control];
}

/** One row for each layer and state; the features of Landlock that share a prefix are counted. */
function featureRows(features: readonly FeatureReport[]): readonly (readonly string[])[] {
  const rows = new Map<string, { readonly head: string[]; readonly names: string[] }>();
  for (const { layer, feature, state } of features) {
    const row = rows.get(`${layer} ${state}`) ?? { head: [layer, state], names: [] };
    rows.set(`${layer} ${state}`, { ...row, names: [...row.names, feature] });
  }
  return Array.from(rows.values()).flatMap(({ head, names }) =>
    linesOf(featureNames(names)).map((line, index) => (index === 0 ? head : ['', '']).concat(line)),
  );
}

/** Columns of the features: a line has at most 80. */
const featureWidth = 56;

function linesOf(words: readonly string[]): readonly string[] {
  const lines = [''];
  for (const [index, word] of words.entries()) {
    const text = index === words.length - 1 ? word : `${word},`;
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = text;
    else if (last.length + text.length < featureWidth) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  }
  return lines;
}

function table(rows: readonly (readonly string[])[], { charset }: MessageStyle): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell, charset)));
  return columns(cells, columnsOf)
    .map((line) => `  ${line}\n`)
    .join('');
}
