/** Names of descriptors that the caller has passed (proc_pid_fd(5)); the shell writes them for `<(…)`. */
const pattern = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d+)$/;

const named: Readonly<Record<string, number>> = { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 };

/**
 * Returns the descriptor of this process that a path names. It leads only to something that the caller has opened.
 *
 * @param path - for instance `/dev/fd/3`
 * @returns undefined for every other path
 */
export function ownDescriptor(path: string): number | undefined {
  const digits = pattern.exec(path)?.[1];
  return digits === undefined ? named[path] : Number(digits);
}
