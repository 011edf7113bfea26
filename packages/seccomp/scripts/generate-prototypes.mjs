// Writes src/data/prototypes.json from the prototypes that SYSCALL_DEFINE is checked against: include/linux/syscalls.h
// and arch/x86/include/asm/syscalls.h of the kernel, as Debian's package linux-headers-…-common has them (`dpkg-deb -x`
// is enough):
//   node scripts/generate-prototypes.mjs DIR "PACKAGE VERSION"
// Then `npm run format`. Only names and the kinds of arguments are taken: `i` a 32-bit value, of which the kernel ignores
// the upper half, `l` a whole register, `p` an address, `?` where architectures differ.
// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', source = ''] = process.argv.slice(2);
if (source === '') throw new Error('usage: generate-prototypes.mjs DIR "PACKAGE VERSION"');

const int32 = new Set(
  `int,unsigned,unsigned int,short,unsigned short,umode_t,mode_t,pid_t,uid_t,gid_t,old_uid_t,old_gid_t,clockid_t,timer_t,
  mqd_t,key_t,key_serial_t,qid_t,u32,__u32,__s32,uint32_t,rwf_t,enum landlock_rule_type`.split(/,\s*/),
);
const register = new Set(
  'long,unsigned long,size_t,off_t,loff_t,u64,__u64,aio_context_t,old_sigset_t,long int'.split(','),
);
const pointer = new Set(['cap_user_header_t', 'cap_user_data_t', '__sighandler_t']);

/** Entry points of another name, from arch/x86/entry/syscalls/syscall_64.tbl. */
const aliases = {
  stat: 'newstat',
  fstat: 'newfstat',
  lstat: 'newlstat',
  uname: 'newuname',
  umount2: 'umount',
  sendfile: 'sendfile64',
};

/** Calls that those headers do not declare, from their SYSCALL_DEFINE in the named file. */
const elsewhere = {
  mmap: 'llllll', // arch/x86/kernel/sys_x86_64.c, arch/arm64/kernel/sys.c
  arch_prctl: 'il', // arch/x86/kernel/process_64.c
  iopl: 'i', // arch/x86/kernel/ioport.c
  modify_ldt: 'ipl', // arch/x86/kernel/ldt.c
  setxattrat: 'ipippl', // fs/xattr.c, Linux 6.13, like the next three
  getxattrat: 'ipippl',
  listxattrat: 'ipipl',
  removexattrat: 'ipip',
  open_tree_attr: 'ipipl', // fs/namespace.c, Linux 6.15
  file_getattr: 'ippli', // fs/file_attr.c, Linux 6.17, like the next
  file_setattr: 'ippli',
};

/** Registers of which only the lower half is used, though they are declared `unsigned long`. */
const lowerHalf = {
  clone: { 0: 'kernel/fork.c takes lower_32_bits(clone_flags)' },
  mmap: {
    2: 'mm/mmap.c looks at PROT_* bits only, all in the lower half',
    3: 'mm/mmap.c looks at MAP_* bits only, all in the lower half, and ignores others but for MAP_SHARED_VALIDATE',
    4: 'fget(unsigned int) in ksys_mmap_pgoff()',
  },
};

/** @param {string} text of one parameter */
function kindOf(text) {
  if (text.includes('*')) return 'p';
  const words = text
    .replaceAll(/\b(?:const|__user|signed)\b/g, ' ')
    .trim()
    .split(/\s+/);
  // With or without a name.
  for (const type of [words.join(' '), words.slice(0, -1).join(' ')]) {
    if (int32.has(type)) return 'i';
    if (register.has(type)) return 'l';
    if (pointer.has(type)) return 'p';
  }
  throw new Error(`unknown type: ${text}`);
}

/** @type {Map<string, string>} */
const kinds = new Map(Object.entries(elsewhere));
for (const file of ['include/linux/syscalls.h', 'arch/x86/include/asm/syscalls.h']) {
  const text = readFileSync(join(folder, file), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
  for (const [, name = '', list = ''] of text.matchAll(/^(?:asmlinkage )?long (?:ksys_|sys_)(\w+)\(([^)]*)\)/gms)) {
    const made = list.trim() === 'void' ? '' : list.split(',').map(kindOf).join('');
    const other = kinds.get(name);
    const merged = Array.from(made, (kind, index) => (other === undefined || other[index] === kind ? kind : '?')).join(
      '',
    );
    kinds.set(name, merged);
  }
}
for (const [name, entry] of Object.entries(aliases)) {
  const found = kinds.get(entry);
  if (found !== undefined) kinds.set(name, found);
}
for (const [name, reasons] of Object.entries(lowerHalf)) {
  const all = Array.from(kinds.get(name) ?? '');
  for (const index of Object.keys(reasons)) all[Number(index)] = 'i';
  kinds.set(name, all.join(''));
}

const numbers = JSON.parse(readFileSync(new URL('../src/data/syscalls.json', import.meta.url), 'utf8'));
const known = [...kinds].filter(([name]) => Object.hasOwn(numbers.calls, name)).sort(([a], [b]) => (a < b ? -1 : 1));
const document = { source, lowerHalf, calls: Object.fromEntries(known) };
writeFileSync(new URL('../src/data/prototypes.json', import.meta.url), `${JSON.stringify(document)}\n`);
