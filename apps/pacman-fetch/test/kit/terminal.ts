/* A program in a pseudo-terminal, and what a terminal emulator shows of what it wrote. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import xterm from '@xterm/headless';

import { environment } from './fetch-program.js';

const helper = fileURLToPath(new URL('in-terminal.py', import.meta.url));

/** A terminal, and what happens to it. */
export interface TerminalOptions {
  readonly columns: number;
  readonly rows?: number;
  /** Beside those of every run. */
  readonly env?: Readonly<Record<string, string>>;
  /** A line that is typed when the program starts. */
  readonly typed?: string;
  /** Lines that are typed, each where the program has written `[Y/n]` once more. */
  readonly answers?: readonly string[];
  /** When the program has written this text, the terminal gets another size, and so on. */
  readonly resize?: readonly { readonly after: string; readonly columns: number; readonly rows?: number }[];
}

/** How a program in a terminal ended. */
export interface TerminalResult {
  readonly status: number | null;
  /** Each byte that it wrote, as text. */
  readonly written: string;
  /** The lines that the terminal shows, with what has scrolled away, up to the last that isn't empty. */
  readonly screen: readonly string[];
}

/** Runs a program in a pseudo-terminal to its end. */
export async function runInTerminal(command: readonly string[], options: TerminalOptions): Promise<TerminalResult> {
  const { columns, rows = 24, env = {}, typed } = options;
  // Set for the program alone: the helper needs none of it.
  const assignments = Object.entries({ TERM: 'xterm-256color', ...env }).map(([name, value]) => `${name}=${value}`);
  const child = spawn('python3', [helper, String(columns), String(rows), 'env', ...assignments, ...command], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  if (typed !== undefined) child.stdin.write(`TYPE ${typed}\n`);
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
  const show = async (bytes: Buffer): Promise<void> =>
    await new Promise((resolve) => {
      terminal.write(bytes, resolve);
    });
  const answers = [...(options.answers ?? [])];
  let asked = 0;
  const resizes = [...(options.resize ?? [])];
  const ended = once(child, 'close') as Promise<[number | null]>;
  let written = '';
  for await (const bytes of child.stdout as AsyncIterable<Buffer>) {
    written += bytes.toString();
    await show(bytes);
    for (; (written.match(/\[Y\/n\]/g) ?? []).length > asked && answers.length > 0; asked++) {
      child.stdin.write(`TYPE ${answers.shift()}\n`);
    }
    const [next] = resizes;
    if (next === undefined || !written.includes(next.after)) continue;
    resizes.shift();
    terminal.resize(next.columns, next.rows ?? rows);
    child.stdin.write(`${next.columns} ${next.rows ?? rows}\n`);
  }
  const [status] = await ended;
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
  return { status, written, screen: lines.slice(0, lines.findLastIndex((line) => line !== '') + 1) };
}
