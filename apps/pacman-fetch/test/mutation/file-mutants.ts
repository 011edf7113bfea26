/* What lies under the names that root opens, writes and removes. What opens FILE of `-o` is of the fetcher, with mutants of its own. */
import { change, type Mutant, without } from '@sb/test-kit/mutation';

const staged = (test: string): Mutant['red'] => ['src/xfer/staged-file', test];
const staging = (test: string): Mutant['red'] => ['src/xfer/staging', test];
const lock = (test: string): Mutant['red'] => ['src/refresh/lock-draft', test];

const cache = (test: string): Mutant['red'] => ['src/prefetch/cache', test];
const given = (test: string): Mutant['red'] => ['test/enforcement/given-folders', test];

/** FILE of `-o`. */
const oneFile = [
  without('the bytes that came', 'one-file/conclusion', 'destination.requireSize(size, request.maxBytes);', [
    'src/one-file/conclusion',
    'with more bytes than its kind may',
  ]),
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
    'xfer/copy',
    'if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);',
    staged('that is more than it may'),
  ),
  change(
    'its format',
    'xfer/staged-file',
    '!hasFormat(target, expected.magic)',
    'false',
    staged('that is another format'),
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
  change('its bound where no size is known', 'xfer/staged-file', '?? defaultMaxBytes', '?? 2 ** 50', [
    'src/xfer/command',
    'lets one fill no more than 64 GiB',
  ]),
  without('the end of one that stands still', 'xfer/command-watch', 'killGroup(this.#child);', [
    'src/xfer/command-watch',
    'is ended with what it has started, after five minutes',
  ]),
  without('the end of what it has started', 'xfer/command-watch', "process.kill(-pid, 'SIGKILL')", [
    'src/xfer/command-watch',
    'goes with what it has started',
  ]),
  change(
    'that it says nothing of the server',
    'xfer/command',
    'if (watch.reason !== undefined) throw',
    'if (false) throw',
    ['src/xfer/command-watch', 'is ended with what it has started, after five minutes'],
  ),
  without('a copy that goes', 'xfer/staged-file', 'folder.remove(copyName);', staged('that is other bytes')),
  change('holes', 'xfer/copy', '!isEmpty(chunk.subarray(at, at + block))', 'true', staged('takes no more of the disk')),
  without(
    'the size of what ends with a hole',
    'xfer/copy',
    'ftruncateSync(target, size);',
    staged('takes no more of the disk'),
  ),
  without(
    'a signal while it is copied',
    'chunks',
    'signal.throwIfAborted();',
    staged('is copied until a signal comes'),
  ),
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
    'stays root’s if the command has a private group',
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
    'if (isRoot() && folder.whyOthersWrite() !== undefined) return;',
    '',
    staging('is not removed in a sticky directory'),
  ),
  without('settings that end a search', 'xfer/command', 'staging.furnish();', [
    'src/xfer/command',
    'gives one a home with settings',
  ]),
  change(
    'the way to what is removed',
    'xfer/staging',
    "import { Folder, isRoot, NewFolder, type Owner, timeToRemove } from '@sb/files';",
    `import { Folder as Trusted, isRoot, NewFolder, type Owner, timeToRemove } from '@sb/files'; import { openSync } from 'node:fs';
    const Folder = { open: (path: string) => Trusted.of(path, openSync(path, 'r')) };`,
    staging('is not removed where somebody else’s link leads'),
  ),
];

/** What is in a cache, and what doctor makes there. */
const caches = [
  change(
    'an end of the sum of a package',
    'prefetch/cache',
    'size === undefined ? held <= defaultMaxBytes : held === size',
    'size === undefined || held === size',
    cache('of unknown size is not summed without end'),
  ),
  without(
    'a signal while a package is summed',
    'chunks',
    'signal.throwIfAborted();',
    cache('of unknown size is not summed without end'),
  ),
  without(
    'taking back what was given away for a trial',
    'doctor/folders',
    'if (isGiven) trial.takeBack();',
    given('is taken back and removed'),
  ),
  without('what was put into a trial', 'doctor/folders', 'trial.empty();', given('is taken back and removed')),
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

/** What is asked before a prefetch writes. */
const prefetched = [
  without('the room that there is', 'prefetch/space', 'if (needed <= space.available) continue;', [
    'src/prefetch/space',
    'counts what is still to come',
  ]),
  change('the room that files need', 'prefetch/space', 'if (needed <= space.available) continue;', 'continue;', [
    'src/prefetch/space',
    'refuses what has no room',
  ]),
];

export const fileMutants = [...oneFile, ...left, ...caches, ...locks, ...prefetched];
