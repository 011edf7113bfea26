import type { Denial } from '../denials/denial.js';

/** What people call a right. */
const verbs: Readonly<Record<string, string>> = {
  read_file: 'read',
  read_dir: 'read',
  write_file: 'write',
  truncate: 'write',
  execute: 'execute',
  abstract_unix_socket: 'connect',
  ptrace: 'trace',
  resolve_unix: 'connect',
};

/** What a denied program attempted, in a word. */
export function verbOf({ right, call, to }: Denial): string {
  if (to !== undefined) return call.startsWith('link') ? 'link' : 'rename';
  return right === undefined ? 'call' : (verbs[right] ?? right.replace(/_.*/, ''));
}
