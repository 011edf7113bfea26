/** What Arch's packaging guidelines ask of a package, as namcap(1) would say it, by looking at what pacman has installed. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** A path of a package. */
interface Entry {
  readonly path: string;
  readonly file: string;
  readonly stat: ReturnType<typeof lstatSync> & object;
}

/** Says what is wrong with a path, or nothing. */
type Rule = (entry: Entry, root: string) => string | undefined;

/** Places of files(hier(7)) that packages put something into. */
const places = /^(?:etc|usr\/bin|usr\/lib|usr\/share)(?:\/|$)|^usr$/;

/** Libraries that every Arch has: glibc's, and gcc-libs'. */
const libraries = /^(?:lib(?:c|m|dl|pthread|gcc_s)\.so\.\d+|ld-linux-[\w-]+\.so\.\d+)$/;

const rules: Readonly<Record<string, Rule>> = {
  'a standard place': ({ path }) =>
    places.test(path) && !/^usr\/(?:share\/)?(?:local|info)\//.test(path) ? undefined : 'it lies elsewhere',
  'a plain name': ({ path }) => (/^[\w@+.,/-]+$/.test(path) ? undefined : 'it has odd letters'),
  'root owns it': ({ stat }) => (stat.uid === 0 && stat.gid === 0 ? undefined : `${stat.uid}:${stat.gid}`),
  'everyone may read it, and root alone write': ({ stat }) => {
    if (stat.isSymbolicLink()) return undefined;
    const mode = Number(stat.mode) & 0o7777;
    const isRight = stat.isDirectory() ? mode === 0o755 : mode === 0o644 || mode === 0o755;
    return isRight ? undefined : mode.toString(8);
  },
  'no folder is empty': ({ file, stat }) =>
    stat.isDirectory() && readdirSync(file).length === 0 ? 'it is' : undefined,
  'no name leads nowhere, or out': ({ file, stat }, root) => {
    if (!stat.isSymbolicLink()) return undefined;
    try {
      return realpathSync(file).startsWith(`${realpathSync(root)}/`) ? undefined : 'out of the package';
    } catch {
      return 'nowhere';
    }
  },
  'it has one name': ({ stat }) => (stat.isFile() && stat.nlink > 1 ? 'it is a hard link' : undefined),
  'a script has an interpreter that is needed': ({ file, stat }) => {
    const [first = ''] = stat.isFile() ? readFileSync(file, 'latin1').split('\n', 1) : [];
    return !first.startsWith('#!') || first === '#!/usr/bin/env node' ? undefined : first;
  },
  'no trace of where it was built': ({ file, stat }) =>
    stat.isFile() && readFileSync(file, 'latin1').includes(process.cwd()) ? 'it names the folder' : undefined,
  'a program is hardened, stripped and needs nothing odd': ({ path, file }) =>
    isElf(file) ? elfProblem(path, file) : undefined,
};

/**
 * Everything that is wrong with the files of a package.
 *
 * @param root - where it is installed, and nothing else
 * @param paths - of the package, without a slash at their beginning or end
 */
export function problemsOf(root: string, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const file = join(root, path);
    const entry = { path, file, stat: lstatSync(file) };
    return Object.entries(rules).flatMap(([name, rule]) => {
      const problem = rule(entry, root);
      return problem === undefined ? [] : [`${path}: ${name}: ${problem}`];
    });
  });
}

function isElf(file: string): boolean {
  return lstatSync(file).isFile() && readFileSync(file).subarray(0, 4).toString('latin1') === '\u007FELF';
}

function elfProblem(path: string, file: string): string | undefined {
  const text = execFileSync('readelf', ['--wide', '--program-headers', '--dynamic', '--sections', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (!path.startsWith('usr/lib/')) return 'it is not below /usr/lib';
  if (/\((?:RPATH|RUNPATH)\)/.test(text)) return 'it looks for libraries where it was built';
  if (!/GNU_STACK.* RW /.test(text)) return 'its stack can be executed';
  // A static program may have nothing that is written once.
  if (!text.includes('GNU_RELRO') && / \.(?:got|dynamic|data\.rel\.ro) /.test(text)) return 'it lacks RELRO';
  if (/ \.symtab /.test(text)) return 'it has symbols';
  const needed = Array.from(text.matchAll(/\(NEEDED\).*\[(.+)\]/g), ([, name = '']) => name);
  return needed.find((name) => !libraries.test(name));
}

/** A recipe, as makepkg reads it. */
interface Recipe {
  /** Path of a PKGBUILD. */
  readonly file: string;
}

/** Everything that is wrong with a PKGBUILD. */
export function recipeProblems({ file }: Recipe): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const value = (name: string): readonly string[] =>
    execFileSync(
      'bash',
      ['-c', 'CARCH=x86_64; source "$1"; declare -n all=$2; printf "%s\\n" "${all[@]}"', 'bash', file, name],
      {
        encoding: 'utf8',
      },
    )
      .split('\n')
      .filter((line) => line !== '');
  const [name = '', description = ''] = [...value('pkgname'), ...value('pkgdesc')];
  const [sums, sources] = [value('sha256sums'), value('source')];
  const questions: Readonly<Record<string, boolean>> = {
    'it says who maintains it': /^# Maintainer: ./m.test(text),
    'its name is in small letters': /^[a-z0-9@._+-]+$/.test(name),
    'its description is short, and leaves out the name': description.length <= 80 && !description.includes(name),
    'it has an address': (value('url')[0] ?? '').startsWith('https://'),
    'it has a licence by its SPDX name':
      value('license').every((one) => /^[A-Z][\w.-]+$/.test(one)) && value('license').length > 0,
    'it builds': /^build\(\) \{$/m.test(text),
    'each source has a sum': sums.length === sources.length && sums.every((sum) => /^[0-9a-f]{64}$/.test(sum)),
    'no source has a name that others have': sources.every((one) => one.includes(name)),
    'what is kept has no slash at its beginning': value('backup').every((path) => !path.startsWith('/')),
    'it does not look at its own folder': !/\$\{?startdir/.test(text),
    'it names no processor of its own': !/\bx86_64\b/.test(text.replace(/^arch=.*$/m, '')),
    'its variables are those of PKGBUILD(5)': Array.from(text.matchAll(/^(\w+)=/gm), ([, one = '']) => one).every(
      (one) =>
        /^(?:pkg\w+|arch|url|license|(?:make|check|opt)?depends|backup|install|options|source|sha256sums|_\w+)$/.test(
          one,
        ),
    ),
    'its install script leaves to hooks what hooks do': value('install').every(
      (script) =>
        !/sysusers|tmpfiles|daemon-reload|ldconfig|update-/.test(readFileSync(join(file, '..', script), 'utf8')),
    ),
  };
  return Object.entries(questions).flatMap(([question, isRight]) => (isRight ? [] : [question]));
}
