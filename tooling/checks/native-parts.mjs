// Every addon loads wherever its Node does: it needs no library and no version of one, calls only what every C library
// has, and stays small. docs/decisions/0015 says why.
// @ts-check
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * The most bytes of an addon. Zeros that move the writable part to a separate page do not count. On arm64 such a page has
 * 64 kB, as some of its kernels require, and the zeros compress to nothing.
 */
const largest = 60_000;

/** What glibc 2.17 and musl both export under a name without history, and libuv by way of Node. */
const known = new Set(
  `__errno_location __stack_chk_fail __stack_chk_guard _exit bind calloc clock_gettime clone close closedir connect
  dup3 execve fchmod fcntl free ftruncate getgrgid_r getgrnam_r getgrouplist getgroups getpid getppid getpwnam_r getpwuid_r getresgid getresuid getrlimit
  getsockname ioctl kill lseek malloc memcmp memcpy memmove memset nanosleep open opendir pipe2 prctl pthread_create
  pthread_join pwrite read readdir realloc realpath sched_yield sendfile setegid seteuid setfsgid setfsuid setgid
  setgroups setresgid setresuid setuid socket strcmp strlen strrchr syscall uv_close
  uv_is_closing uv_poll_init uv_poll_start uv_unref waitid`.split(/\s+/),
);

const files = readdirSync(join(root, 'packages')).flatMap((name) =>
  addonsOf(join(root, 'packages', name, 'prebuilds')),
);
if (files.length === 0) throw new Error('no addons were found: run "npm run build"');
const problems = files.flatMap((file) =>
  problemsOf(file).map((problem) => `${file.slice(root.length + 1)}: ${problem}`),
);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

/** @type {(folder: string) => readonly string[]} */
function addonsOf(folder) {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names
      .filter((name) => name.endsWith('.node') && name.startsWith('linux-'))
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** @type {(file: string) => readonly string[]} */
function problemsOf(file) {
  const dynamic = execFileSync('readelf', ['--dynamic', '--wide', file], { encoding: 'utf8' });
  const symbols = execFileSync('nm', ['--dynamic', '--undefined-only', file], { encoding: 'utf8' });
  const names = [...symbols.matchAll(/^\s*[Uwv] (\S+)$/gm)].map(([, name = '']) => name);
  const strange = names.filter((name) => !name.startsWith('napi_') && !known.has(name));
  const segments = execFileSync('readelf', ['--segments', '--wide', file], { encoding: 'utf8' });
  // Type, offset, two addresses, and the size in the file.
  const loaded = [...segments.matchAll(/^\s*LOAD\s+(?:0x\w+\s+){3}(0x\w+)/gm)];
  const size = loaded.reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  return [
    ...[...dynamic.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, library]) => `needs ${library}`),
    ...(dynamic.includes('(VERNEED)') ? ['needs a version of a library'] : []),
    ...(strange.length === 0 ? [] : [`calls what not every C library has under this name: ${strange.join(' ')}`]),
    ...(size === 0 ? ["has no segment: it can't be read"] : []),
    ...(size > largest ? [`has ${size} bytes, over ${largest}`] : []),
    ...(names.length === 0 ? [`${basename(file)} calls nothing: it can't be read`] : []),
  ];
}
