import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { compileC, temporaryFolder } from '@sb/test-kit';

/** One denial, as the kernel logs it (`AUDIT_LANDLOCK_ACCESS` of linux/audit.h). */
export interface LoggedDenial {
  /** The process that made the domain. */
  readonly pid: number;
  /** What was missing: `read_file`, `connect_tcp`, `signal`. */
  readonly rights: readonly string[];
  /** The file or directory, the port, the process, or the abstract socket as `@` and its bytes in hexadecimal. */
  readonly place: string;
  /** The same for all that one call was denied. */
  readonly event: string;
  /** As the kernel wrote it. */
  readonly line: string;
}

const program = async (): Promise<string> => {
  const folder = temporaryFolder();
  const file = folder.file('audit');
  const sources = ['../../landlock/test/native/audit.c'];
  await compileC(file, { from: import.meta.url, sources, flags: ['-static'] });
  return file;
};
let compiled: Promise<string> | undefined;

/**
 * Does something while the audit log is on, and returns what the log had of Landlock meanwhile. As root; one at a time on a
 * machine.
 *
 * @param run - what is done
 */
export async function audited<T>(run: () => Promise<T>): Promise<readonly [T, readonly LoggedDenial[]]> {
  compiled ??= program();
  // cat(1) lasts as long as its input; what it was told comes before the log is read to its end.
  const words = ['', '0', '/bin/sh', '-c', 'echo ready >&2; exec cat'];
  const log = spawn(await compiled, words, { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = text(log.stdout);
  const ended = once(log, 'close') as Promise<[number | null]>;
  await once(log.stderr, 'data');
  try {
    const result = await run();
    log.stdin.end();
    const [[status], said] = await Promise.all([ended, lines]);
    if (status !== 0) throw new Error(`the log ended with ${status}`);
    return [result, denialsOf(said)];
  } finally {
    log.stdin.end();
  }
}

/** Reads the records; those of domains that are older than the log are of others. */
function denialsOf(said: string): readonly LoggedDenial[] {
  const lines = said.split('\n').map((line) => [/ domain=([0-9a-f]+) /.exec(line)?.[1] ?? '', line] as const);
  const makers = new Map(
    lines.flatMap(([domain, line]) => {
      const pid = / status=allocated .*? pid=(\d+) /.exec(line)?.[1];
      return pid === undefined ? [] : [[domain, Number(pid)] as const];
    }),
  );
  const first = new Map(lines.toReversed());
  const proof = new RegExp(` blockers=scope\\.signal opid=${process.pid} `);
  const guardians = new Set([...first].filter(([, line]) => proof.test(line)).map(([domain]) => domain));
  return lines.flatMap(([domain, line]) => {
    // The guardian has its own domain, which it proves by a signal to this process before it starts.
    if (guardians.has(domain)) return [];
    const pid = makers.get(domain);
    const blockers = / blockers=(\S+)/.exec(line)?.[1];
    if (pid === undefined || blockers === undefined) return [];
    const event = /^audit\(([^)]+)\)/.exec(line)?.[1] ?? '';
    return [
      { pid, rights: blockers.split(',').map((one) => one.replace(/^\w+\./, '')), place: placeOf(line), event, line },
    ];
  });
}

function placeOf(line: string): string {
  const [, port] = / (?:dest|src)=(\d+)/.exec(line) ?? [];
  const [, target] = / opid=(\d+)/.exec(line) ?? [];
  const [, quoted, hex] = / path=(?:"([^"]*)"|([0-9A-F]+))/.exec(line) ?? [];
  // An abstract name begins with a NUL.
  if (hex?.startsWith('00') === true) return `@${hex.slice(2).toLowerCase()}`;
  return port ?? target ?? quoted ?? Buffer.from(hex ?? '', 'hex').toString();
}
