import type { Row } from './row.js';

const head = `# Daily commands

Each line runs in \`npm test\`, in the profile that it names: what works has to do its work, and what is denied has to work without
a sandbox. The working folder is \`~/work\`. Made by \`SB_WRITE_COMMANDS=1 npx vitest run test/commands\`.

\`{url}\` and \`{port}\` are those of a web server on loopback, \`{free}\` is a port that nobody has, \`{home}\` and \`{work}\` are \`~\` and
\`~/work\`, \`{pid}\` is a process outside, \`{sb}\` is sb-run and \`{stage}\` the folder that it lies in.

| command | --profile | options beside it | |
| --- | --- | --- | --- |
`;

/** The table for people. */
export function documentOf(rows: readonly Row[]): string {
  return head + rows.map(lineOf).join('');
}

function lineOf({ line, profile, options, isDenied = false, within }: Row): string {
  const where = within === undefined ? '' : ', in a container of Docker, in a user namespace';
  const cells = [code(line), profile, options === undefined ? '' : code(options), (isDenied ? 'denied' : 'works') + where];
  return `| ${cells.join(' | ')} |\n`;
}

/** A bar ends a cell also in code. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
