import type { Row } from './row.js';

const head = `# Daily commands

Each line runs in \`npm test\`, in the profile that it names: what works has to do its work, and what is denied has to work without
a sandbox. The working folder is \`~/work\`. Made by \`SB_WRITE_COMMANDS=1 npx vitest run test/commands\`.

\`{url}\` and \`{port}\` are those of a web server on loopback, \`{free}\` is a port that nobody has, \`{home}\` and \`{work}\` are \`~\` and
\`~/work\`, \`{pid}\` is a process outside, \`{sb}\` is sb-run and \`{stage}\` the folder that it lies in.
`;

/** The table for people. */
export function documentOf(rows: readonly Row[]): string {
  const cells = [['command', '--profile', 'options beside it', ''], ...rows.map(cellsOf)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |\n`;
  const [names = '', ...others] = cells.map(line);
  return `${head}\n${names}${line(widths.map((width) => '-'.repeat(width)))}${others.join('')}`;
}

function cellsOf({ line, profile, options, isDenied = false, within }: Row): readonly string[] {
  const where = within === undefined ? '' : ', in a container of Docker, in a user namespace';
  const answer = isDenied ? 'denied' : 'works';
  return [code(line), profile, options === undefined ? '' : code(options), answer + where];
}

/** A bar ends a cell also in code. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
