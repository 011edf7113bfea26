/* What lies under the names that root opens, writes and removes. */
import { change, type Mutant, without } from '@sb/test-kit/mutation';

const destination = (test: string): Mutant['red'] => ['src/one-file/destination', test];
const staged = (test: string): Mutant['red'] => ['src/xfer/staged-file', test];
const staging = (test: string): Mutant['red'] => ['src/xfer/staging', test];
const lock = (test: string): Mutant['red'] => ['src/refresh/lock-draft', test];

/** FILE of `-o`. */
const oneFile = [
  without(
    'the owner of FILE',
    'one-file/destination',
    'if (stats.uid !== 0 && stats.uid !== process.geteuid?.()) refuse(`it belongs to uid ${stats.uid}`);',
    destination('that belongs to another user'),
  ),
  change(
    'not following FILE',
    'one-file/destination',
    'constants.O_RDWR | constants.O_NOFOLLOW',
    'constants.O_RDWR',
    destination('that is a symbolic link'),
  ),
  without(
    'FILE that is a file',
    'one-file/destination',
    "if (!stats.isFile()) refuse('it is no regular file');",
    destination('that is a pipe'),
  ),
  without(
    'other names of FILE',
    'one-file/destination',
    "if (stats.nlink !== 1) refuse('it has other names (hard links)');",
    destination('that is a link to another file'),
  ),
  without(
    'the name of FILE that was taken away',
    'one-file/destination',
    "if (named?.dev !== stats.dev || named.ino !== stats.ino || named.nlink !== 1) refuse('its name was taken away');",
    destination('that was one until it was open'),
  ),
  change(
    'the bytes that came',
    'one-file/destination',
    'if (held !== size) {',
    'if (false) {',
    destination('gets no name with what somebody else added'),
  ),
  without(
    'the bytes that its kind may have',
    'one-file/destination',
    "if (held > maxBytes) throw new FetchError('file', `${this.path} is larger than ${maxBytes} bytes`);",
    destination('gets no name with more than its kind may'),
  ),
  change(
    'the name of FILE, when it is whole',
    'one-file/destination',
    'if (!this.#isStillNamed())',
    'if (false)',
    destination('is not what was put in the place'),
  ),
  change(
    'the last name of a sealed FILE',
    'one-file/destination',
    'return nlink > 0;',
    'return nlink >= 0;',
    destination('none where it has lost its own'),
  ),
  change(
    'FILE that is removed with its own name only',
    'one-file/destination',
    'if (isLeftover && this.#isStillNamed())',
    'if (isLeftover)',
    destination('of which nothing came goes'),
  ),
];

/** What an XferCommand leaves. */
const left = [
  change(
    'other names of what is left',
    'xfer/staged-file',
    'if (stats.nlink !== 1 || isKeptFrom(',
    'if (isKeptFrom(',
    staged('another name of a file'),
  ),
  without(
    'its bound',
    'xfer/staged-file',
    'if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);',
    staged('that is more than it may'),
  ),
  change(
    'its size',
    'xfer/staged-file',
    'if (size !== undefined && copied.size !== size)',
    'if (false)',
    staged('that is another size'),
  ),
  change(
    'its sum',
    'xfer/staged-file',
    'if (sha256 !== undefined && copied.sha256 !== sha256)',
    'if (false)',
    staged('that is other bytes'),
  ),
  without('a copy that goes', 'xfer/staged-file', 'this[Symbol.dispose]();', staged('that is other bytes')),
  change(
    'a copy of it',
    'xfer/staged-file',
    'const target = folder.create(copyName, 0o600);',
    'staged.folder.rename(staged.name, "../cache/copy"); const target = folder.openFile(copyName, 2);',
    staged('gets its name as a copy'),
  ),
  without('a folder of its own', 'xfer/staging', 'else this.#folder.giveTo(runner);', [
    'test/enforcement/given-folders',
    'is given away: the twin',
  ]),
  change('a folder that its user has not got', 'xfer/staging', "runner.privateGroup?.state === 'chosen'", 'false', [
    'test/enforcement/given-folders',
    'stays root’s where the command has a group of its own',
  ]),
  change(
    'whom a command ran as',
    'xfer/staged-file',
    'isKeptFrom(stats, staged.uid ?? effectiveUser())',
    'false',
    staged('that is somebody else’s, whom all may not read'),
  ),
  change(
    'what a living process has',
    'process-mark',
    'startOf(Number(pid)) !== start',
    'true',
    staging('is what is named like it'),
  ),
  change(
    'what another container has',
    'process-mark',
    'itsNamespace === namespace() && ',
    '',
    staging('is what is named like it'),
  ),
  change('the whole name of what is removed', 'xfer/staging', '(\\.new)?$`', '(\\.new)?`', [
    'src/xfer/staging',
    'is what is named like it',
  ]),
  change(
    'the folder of what is removed',
    'xfer/staging',
    'if (isRoot() && folder.whyOthersRename() !== undefined) return;',
    '',
    staging('is not removed where a neighbour may have'),
  ),
  change(
    'the way to what is removed',
    'xfer/staging',
    "import { Folder, isRoot, NewFolder, type Owner } from '@sb/files';",
    `import { Folder as Trusted, isRoot, NewFolder, type Owner } from '@sb/files'; import { openSync } from 'node:fs';
    const Folder = { open: (path: string) => Trusted.of(path, openSync(path, 'r')) };`,
    staging('is not removed where somebody else’s link leads'),
  ),
];

/** pacman's lock. */
const locks = [
  change(
    'the owner of a draft',
    'refresh/lock-draft',
    'if (uid === 0 || uid === effectiveUser()) return descriptor;',
    'return descriptor;',
    lock('of another user, who could hold it'),
  ),
  change(
    'one owner of a draft at a time',
    'refresh/lock-draft',
    'own = lockFile(descriptor, join(folder.path, name));',
    'own = undefined;',
    lock('is there once, and goes'),
  ),
  change(
    'a draft that is no lock yet',
    'refresh/lock-draft',
    'if (nlink === 1) return true;',
    'return true;',
    lock('that became a lock already'),
  ),
  change(
    'a lock of somebody else',
    'refresh/database-lock',
    'if (!isAbandoned(folder)) throw',
    'if (false) throw',
    lock('of a process that is there stays'),
  ),
  change(
    'the whole of an abandoned lock',
    'refresh/database-lock',
    '(${markPattern})\\n$`',
    '(${markPattern})\\n`',
    lock('with something behind ours stays'),
  ),
  change(
    'a lock that is ours to give back',
    'refresh/database-lock',
    'if (contentIn(this.#folder) === this.#content) ',
    '',
    lock('that is another one’s by the time'),
  ),
];

export const fileMutants = [...oneFile, ...left, ...locks];
