// `npm run test:ordinary`: as root, runs the tests of every package as an ordinary user. What needs root is skipped there,
// and counted; everything else has to work with what an ordinary user gets.
// That user exists for this run alone, and the tree is where it can read and not write: both in a mount namespace.
// @ts-check
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build, setUp } from './setup.mjs';
import { attempt, fail, root } from './shell.mjs';
import { readReports, writePart } from './totals.mjs';

const id = 61719;
const name = 'sb-ordinary';

/** What no user makes a difference to stays out, unless arguments of vitest are given. */
const pure = [
  '**/src/**',
  '**/test/property/**',
  '**/test/differential/**',
  '**/test/judge/**',
  '**/test/schema/**',
  '**/test/mutation/**',
  '**/test/config/{fuzz,parser}.test.ts',
  '**/test/ui/display.test.ts',
  '**/test/completion.test.ts',
  '**/test/cli/completion.test.ts',
  '**/test/pacman/pacman-conf.test.ts',
  'tooling/{bench,checks,release,userlands}/**',
];
const filters = process.argv.slice(2);
const chosen = filters.length > 0 ? filters : pure.flatMap((files) => ['--exclude', files]);

/** Mounts what the user is to see, and switches to it. The arguments: directory, top directory, uid, program, its arguments. */
const script = `
set -e
dir=$1 top=$2 id=$3
shift 3

mount --bind "$top" "$dir/tree"
mount -o remount,bind,ro "$dir/tree"
for file in passwd group; do mount --bind "$dir/$file" "/etc/$file"; done

cd "$dir/tree"
exec setpriv --reuid="$id" --regid="$id" --clear-groups --inh-caps=-all "$@"
`;

if (process.getuid?.() !== 0)
  fail('npm run test:ordinary has to be root to become somebody else. npm test is the same.');
setUp(['test']);
build();
// Where home folders lie: of the temporary folder each entry would be granted by itself, since credentials could lie in it.
const folder = mkdtempSync(join(existsSync('/home') ? '/home' : tmpdir(), 'sb-ordinary-'));
try {
  chmodSync(folder, 0o755);
  for (const part of ['tree', 'home']) mkdirSync(join(folder, part));
  chownSync(join(folder, 'home'), id, id);
  const entries = { passwd: `${name}:x:${id}:${id}::${folder}/home:/bin/sh`, group: `${name}:x:${id}:` };
  for (const [file, entry] of Object.entries(entries)) {
    writeFileSync(join(folder, file), `${readFileSync(`/etc/${file}`, 'utf8').trimEnd()}\n${entry}\n`);
  }
  const report = join(folder, 'home', 'report.json');
  const own = { HOME: join(folder, 'home'), USER: name, LOGNAME: name, SB_REPORT: report };
  // Skips are the point of it: what needs root says so.
  const { SB_MUST_ENFORCE: _, ...rest } = process.env;
  const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--configLoader', 'runner'];
  const command = [...vitest, '--config', 'tooling/vitest.all.ts', ...chosen];
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder, root, String(id), ...command];
  const status = attempt('unshare', args, { env: { ...rest, ...own } });
  process.env['SB_MUST_ENFORCE'] = '';
  const totals = readReports([report]);
  if (status !== 0 && totals.failed === 0) totals.failed = 1;
  for (const problem of totals.problems) process.stdout.write(`${problem}\n`);
  writePart('ordinary', totals);
  process.stdout.write(`as an ordinary user: ${totals.line}\n`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
} finally {
  // Never more than the empty folder that something was mounted on.
  rmdirSync(join(folder, 'tree'));
  rmSync(folder, { recursive: true, force: true });
}
