import type { FeatureReport } from '@sb/core';
import type { SelfTestLine } from '@sb/sandbox';

import { heading, message, type MessageStyle } from '../ui/messages.js';
import { columnsOf, printable } from '../ui/text.js';
import type { Diagnosis, Finding } from './diagnosis.js';

const verdicts: Readonly<Record<Diagnosis['verdict'], string>> = {
  full: 'full: every layer is in force',
  partial: 'partial: what is missing is named above; the rest is in force, and nothing is downloaded as root',
  broken: 'broken: see above; until that is changed nothing should be downloaded',
};

/** A diagnosis for people. */
export function diagnosisText(diagnosis: Diagnosis, style: MessageStyle): string {
  const { verdict, kernel, user, features, attempts, findings } = diagnosis;
  // Not "as nobody": that is a user's name.
  const who = user === null ? 'Nothing is downloaded' : `Downloads as ${user.name} (${user.source})`;
  const parts = [
    heading(`${who}, on Linux ${kernel}`, style),
    table([['LAYER', 'STATE', 'FEATURES'], ...featureRows(features)], style),
    heading('Attempts from inside', style),
    table([['', 'FEATURE', 'ATTEMPTED', 'EXPECTED', 'SEEN', 'WITHOUT'], ...attempts.map(attemptRow)], style),
    ...findings.map((finding) => findingText(finding, style)),
    heading(verdicts[verdict], style),
  ];
  return parts.join('');
}

function findingText({ level, what, remedy }: Finding, style: MessageStyle): string {
  if (level === 'note') return `note: ${printable(what, style.charset)}\n       ${printable(remedy, style.charset)}\n`;
  return message(level === 'broken' ? 'error' : 'warning', { text: what, hint: remedy }, style);
}

/** Of a filtered call the words, and not the numbers that the probe was given. */
function attemptRow({ layer, feature, attempted, expected, seen, control, passed }: SelfTestLine): readonly string[] {
  const call = /^filter: (.*)$/.exec(feature)?.[1];
  const subject = `${layer} ${call === undefined ? feature : 'filter'}`;
  return [passed ? 'ok' : 'WRONG', subject, call ?? attempted, expected, seen, control];
}

/** One row for each layer and state; the features of Landlock that share a prefix are counted. */
function featureRows(features: readonly FeatureReport[]): readonly (readonly string[])[] {
  const rows = new Map<string, { readonly head: readonly string[]; readonly names: string[] }>();
  for (const { layer, feature, state } of features) {
    const row = rows.get(`${layer} ${state}`) ?? { head: [layer, state], names: [] };
    rows.set(`${layer} ${state}`, { ...row, names: [...row.names, feature] });
  }
  return Array.from(rows.values(), ({ head, names }) => [...head, shortened(names).join(', ')]);
}

function shortened(names: readonly string[]): readonly string[] {
  const files = names.filter((name) => name.startsWith('fs.'));
  if (files.length < 4) return names;
  return [`fs.* (${files.length})`, ...names.filter((name) => !name.startsWith('fs.'))];
}

function table(rows: readonly (readonly string[])[], { charset }: MessageStyle): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell, charset)));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => columnsOf(row[column] ?? ''))));
  const padded = (cell: string, column: number) => cell + ' '.repeat((widths[column] ?? 0) - columnsOf(cell));
  return cells.map((row) => `  ${row.map(padded).join('  ').trimEnd()}\n`).join('');
}
