import type { Row } from './row.js';

const head = `# Daily commands

\`npm test\` runs each line in the profile that the line names. A command that works must give the expected output. A
command that is denied must work without a sandbox. The working directory is \`~/work\`.

\`SB_WRITE_COMMANDS=1 npx vitest run test/commands\` writes this file. In the commands:

- \`{url}\` and \`{port}\` belong to a web server on loopback, and \`{free}\` is a free port.
- \`{home}\` and \`{work}\` are \`~\` and \`~/work\`.
- \`{pid}\` is a process outside the sandbox.
- \`{sb}\` is \`sb-run\`, and \`{stage}\` is the directory that contains it.
`;

/** The table for people. */
export function documentOf(rows: readonly Row[]): string {
  const cells = [['command', '--profile', 'other options', 'result'], ...rows.map(cellsOf)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |\n`;
  const [names = '', ...others] = cells.map(line);
  return `${head}\n${names}${line(widths.map((width) => '-'.repeat(width)))}${others.join('')}`;
}

function cellsOf({ line, profile, options, isDenied = false, within }: Row): readonly string[] {
  const where = within === undefined ? '' : ' in a Docker container, in a user namespace';
  const answer = isDenied ? 'denied' : 'works';
  return [code(line), profile, options === undefined ? '' : code(options), answer + where];
}

/** A bar ends a cell also in code. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
