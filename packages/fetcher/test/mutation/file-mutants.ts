/* What becomes of a file that another one may have put there, or changes meanwhile, beside FILE or named by somebody. */
import { change, without } from '@sb/test-kit/mutation';

const destination = (test: string): readonly [string, string] => ['src/disk/destination', test];
const meanwhile = (test: string): readonly [string, string] => ['test/meanwhile', test];
const moved = (test: string): readonly [string, string] => ['test/neighbour/moved-files', test];

export const fileMutants = [
  without(
    'the owner of a .part',
    'disk/destination-file',
    'if (stats.uid !== 0 && stats.uid !== effectiveUser()) refuse(`it belongs to uid ${stats.uid}`);',
    destination('that belongs to another user is not written'),
  ),
  without(
    'a .part that is a file',
    'disk/destination-file',
    "if (!stats.isFile()) refuse('it is not a regular file');",
    destination('that is a pipe is not written'),
  ),
  without(
    'other names of a .part',
    'disk/destination-file',
    "if (stats.nlink !== 1) refuse('it has other names (hard links)');",
    destination('that is a hard link to another file is not written'),
  ),
  without(
    'a name of a .part that was taken away',
    'disk/destination-file',
    "if (named?.dev !== stats.dev || named.ino !== stats.ino || named.nlink !== 1) refuse('it was removed or replaced');",
    destination('that was a hard link until it was open is not written'),
  ),
  change(
    'one writer of a .part',
    'disk/lock',
    'const answer = tryLockFile(descriptor);',
    "const answer = { state: 'locked' } as ReturnType<typeof tryLockFile>;",
    destination('that is written already is not written twice'),
  ),
  change(
    'a .part that others can have moved there',
    'disk/destination-file',
    ' && folder.whyOthersWrite() === undefined',
    '',
    moved('of mode 0644 in a sticky folder of root’s'),
  ),
  change(
    'a .part that others may write to',
    'disk/destination-file',
    '(mode & writableByOthers) === 0 && ',
    '',
    moved('is not resumed with mode 666'),
  ),
  change('a .part that a reader has locked', 'disk/destination-file', '!isHindered && ', '', [
    'test/lock',
    'of an earlier attempt is not written by two processes while a reader locks it',
  ]),
  change('a .part that nobody else reads', 'disk/destination-file', 'const unread = 0o600;', 'const unread = 0o644;', [
    'test/lock',
    'of an earlier attempt is not written by two processes while a reader locks it',
  ]),
  change(
    'the name of a .part, when it becomes whole',
    'disk/destination',
    'if (!this.#isStillNamed(stats)) throw',
    'if (false) throw',
    meanwhile('its .part becomes another file'),
  ),
  change(
    'names that last',
    'batch/lasting-names',
    'if (errors.size === 0) return outcomes;',
    'if (errors.size >= 0) return outcomes;',
    ['src/batch/lasting-names', 'a new file whose name may be lost has failed, and no other one'],
  ),
  without(
    'the mode of a whole file',
    'disk/destination',
    'if (mode !== undefined) fchmodSync(this.descriptor, mode);',
    destination('gets mode and time before its name'),
  ),
  without(
    'the time of a whole file',
    'disk/destination',
    'if (isDated) futimesSync(this.descriptor, new Date(), modified);',
    destination('gets mode and time before its name'),
  ),
  change(
    'a .part that is removed with its own name only',
    'disk/destination',
    'if (this.#isStillNamed()) this.#folder.remove(this.#name);',
    'this.#folder.remove(this.#name);',
    destination('that was replaced leaves what replaced it'),
  ),
  change(
    'what a beginning in the future says',
    'disk/beginning',
    'if (size === 0 || !isPast(mtimeMs)) return null;',
    'if (size === 0) return null;',
    destination('with a time in the future confirms nothing, nor does a file'),
  ),
  change(
    'what a file in the future says',
    'disk/beginning',
    'stats?.isFile() !== true || !isPast(stats.mtimeMs)',
    'stats?.isFile() !== true',
    destination('with a time in the future confirms nothing, nor does a file'),
  ),
  change(
    'the bytes that came',
    'disk/destination',
    'if (held !== size) {',
    'if (false) {',
    destination('gets no name with what somebody else added'),
  ),
  without(
    'the bytes that its kind may have',
    'disk/destination',
    "if (held > maxBytes) throw new FetcherError('file', `${path} is larger than ${maxBytes} bytes`, { path });",
    destination('gets no name with more than its kind may'),
  ),
  change(
    'the name of FILE, when it is whole',
    'disk/destination',
    'if (!this.#isStillNamed(stats)) throw',
    'if (false) throw',
    destination('does not get its name if its .part was replaced'),
  ),
  change(
    'the last name of a sealed FILE',
    'disk/destination',
    'return nlink > 0;',
    'return nlink >= 0;',
    destination('cannot be renamed once it is sealed, nor without its own name'),
  ),
  change(
    'a FILE that was there and stays',
    'disk/destination',
    "(this.#state === 'resumed' && !this.isInPlace)",
    "this.#state === 'resumed'",
    destination('that existed stays if no byte arrives, and a new one is removed'),
  ),
  change(
    'a time of a server that lies in the future, in a download',
    'values/file-time',
    'time === null || time > now + tolerance ? null : time',
    'time',
    ['src/parent/file-reports', 'ignores a time beyond a day from now'],
  ),
  change(
    'the time of a beginning, in a download',
    'values/file-time',
    'return Math.floor(time) <= now;',
    'return true;',
    ['test/future', 'of a .part confirms nothing, so the download starts again'],
  ),
  change('a lock that another one holds', 'disk/lock', "if (answer.state === 'taken') {", 'if (false) {', [
    'test/lock',
    'is locked once, until it is unlocked or closed',
  ]),
];
