// Reads call numbers from the kernel's user-space headers, as Debian's linux-libc-dev installs them.
// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the numbers of each architecture are. */
export const tables = {
  x86_64: 'x86/asm/unistd_64.h',
  i386: 'x86/asm/unistd_32.h',
  aarch64: 'arm64/asm/unistd_64.h',
  riscv64: 'riscv/asm/unistd_64.h',
};

/**
 * The numbers of every call, by its name and architecture.
 *
 * @param {string} headers the directory of all architectures, `/usr/lib/linux/uapi`
 * @returns {Record<string, Record<string, number>>}
 */
export function readNumbers(headers) {
  /** @type {Record<string, Record<string, number>>} */
  const calls = {};
  for (const [architecture, file] of Object.entries(tables)) {
    const defines = readFileSync(join(headers, file), 'utf8').matchAll(/^#define __NR_([a-z_]\w*)\s+(\d+)$/gm);
    for (const [, name = '', number] of defines) (calls[name] ??= {})[architecture] = Number(number);
  }
  return calls;
}
