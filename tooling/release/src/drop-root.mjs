// Root, dropped by @sb/privdrop as it was installed: what the kernel says of every thread of that process then.
// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Switches to another user, tries `setuid(0)`, and stays until its input ends. */
const program = `
import * as privdrop from '@sb/privdrop';
const report = privdrop.dropPrivileges(privdrop.policy({ user: { user: 65534, group: 65534 } }));
let back = 'OK';
try { process.setuid(0); } catch (error) { back = error.code; }
process.stdout.write(JSON.stringify({ status: report.status, back }) + '\\n');
process.stdin.resume();
`;

/**
 * @param {string} folder where @sb/privdrop and @sb/core are installed, and nothing else
 * @returns {Promise<{ said: unknown, threads: readonly string[] }>} threads: what differs of their lines Uid, Gid and Groups
 * @throws Error where the process says nothing
 */
export async function dropRoot(folder) {
  writeFileSync(join(folder, 'drop.mjs'), program);
  const child = spawn(process.execPath, ['drop.mjs'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (bytes) => (errors += bytes));
  const ended = once(child, 'close');
  try {
    const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
    if (first === undefined) throw new Error(`the process ended first: ${errors}`);
    const tasks = `/proc/${child.pid}/task`;
    const threads = readdirSync(tasks).map((id) => idLines(readFileSync(join(tasks, id, 'status'), 'utf8')));
    return { said: JSON.parse(String(first[0])), threads: [...new Set(threads)] };
  } finally {
    child.stdin.end();
    await ended;
  }
}

/** @param {string} status */
function idLines(status) {
  return [...status.matchAll(/^(?:Uid|Gid|Groups):.*$/gm)]
    .map(([line]) => line.replaceAll(/\s+/g, ' ').trim())
    .join('; ');
}
