// Writes src/data/syscalls.json from the kernel's user-space headers of every architecture, as Debian's package
// linux-libc-dev installs them (`dpkg-deb -x` is enough):
//   node scripts/generate-syscalls.mjs /usr/lib/linux/uapi "linux-libc-dev 7.3.4-1~bpo13+1"
// Then `npm run format`. Only numbers and names are taken.
// @ts-check
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readNumbers, tables } from './kernel-headers.mjs';

const [headers = '/usr/lib/linux/uapi', source = ''] = process.argv.slice(2);
if (source === '') throw new Error('usage: generate-syscalls.mjs HEADERS "PACKAGE VERSION"');

const calls = readNumbers(headers);

// Names that only other architectures have are accepted in policies, and filter nothing here.
/** @type {Set<string>} */
const elsewhere = new Set();
const everywhere = readdirSync(headers)
  .map((name) => join(headers, name, 'asm'))
  .filter((asm) => existsSync(asm))
  .flatMap((asm) => readdirSync(asm).map((file) => join(asm, file)))
  .filter((file) => /\/unistd[^/]*$/.test(file))
  .flatMap((file) => Array.from(readFileSync(file, 'utf8').matchAll(/^#define __NR_([a-z_]\w*)\s/gm)));
for (const [, name = ''] of everywhere) {
  if (calls[name] === undefined && !/^(?:reserved|unused)\d+$/.test(name)) elsewhere.add(name);
}

/** @type {Record<string, number>} */
const errnos = {};
const generic = readdirSync(headers).map((folder) => join(headers, folder, 'asm-generic'));
const folder = [...generic, '/usr/include/asm-generic'].find((path) => existsSync(join(path, 'errno.h')));
if (folder === undefined) throw new Error('no asm-generic/errno.h');
for (const file of ['errno-base.h', 'errno.h']) {
  for (const [, name = '', value = ''] of readFileSync(join(folder, file), 'utf8').matchAll(
    /^#define\s+(E\w+)\s+(\w+)/gm,
  )) {
    errnos[name] = /^\d+$/.test(value) ? Number(value) : (errnos[value] ?? Number.NaN);
  }
}

const sorted = Object.fromEntries(Object.entries(calls).sort(([a], [b]) => (a < b ? -1 : 1)));
const target = new URL('../src/data/syscalls.json', import.meta.url);
const document = { source, headers: tables, calls: sorted, elsewhere: [...elsewhere].sort(), errnos };
writeFileSync(target, `${JSON.stringify(document)}\n`);
