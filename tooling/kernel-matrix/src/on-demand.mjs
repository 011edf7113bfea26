// Modules that a kernel loads when a program first needs them. It runs modprobe(8) for that, which a guest lacks.
// @ts-check
import { copyFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** `unix_diag` lists unix sockets (sock_diag(7)); `--denials` asks it which ones were there before a sandbox. */
const modules = ['unix_diag'];

/**
 * Copies the files of these modules to a directory.
 *
 * @param {string} from the directory of the kernel's modules
 * @param {string} folder
 * @returns {readonly string[]} the copies, for `busybox insmod`, which decompresses them. What has no file is built in
 */
export function copyModules(from, folder) {
  const files = readdirSync(from, { recursive: true, encoding: 'utf8' });
  return modules.flatMap((name) => {
    const file = files.find((one) => basename(one).startsWith(`${name}.ko`));
    if (file === undefined) return [];
    const copy = join(folder, basename(file));
    copyFileSync(join(from, file), copy);
    return [copy];
  });
}
