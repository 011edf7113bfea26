/* What becomes of a file that another one may have put there, or changes meanwhile. */
import { change, without } from '@sb/test-kit/mutation';

const part = (test: string): readonly [string, string] => ['src/part', test];
const meanwhile = (test: string): readonly [string, string] => ['test/meanwhile', test];

export const fileMutants = [
  without(
    'the owner of a .part',
    'part',
    'if (stats.uid !== 0 && stats.uid !== effectiveUser()) refuse(`it belongs to uid ${stats.uid}`);',
    part('that belongs to another user is not written'),
  ),
  change(
    'not following a .part',
    'part',
    ' | constants.O_NOFOLLOW | constants.O_NONBLOCK',
    ' | constants.O_NONBLOCK',
    part('that is a symbolic link is not followed'),
  ),
  without(
    'a .part that is a file',
    'part',
    "if (!stats.isFile()) refuse('it is no regular file');",
    part('that is a pipe is not written'),
  ),
  without(
    'other names of a .part',
    'part',
    "if (stats.nlink !== 1) refuse('it has other names (hard links)');",
    part('that is a link to another file is not written'),
  ),
  without(
    'a name of a .part that was taken away',
    'part',
    "if (named?.dev !== stats.dev || named.ino !== stats.ino || named.nlink !== 1) refuse('its name was taken away');",
    part('that was one until it was open'),
  ),
  without(
    'one writer of a .part',
    'part',
    'part.#lock = lockFile(part.#descriptor, part.path);',
    part('that is written already is not written twice'),
  ),
  change(
    'the name of a .part, when it becomes whole',
    'part',
    'if (!this.#isStillNamed()) {',
    'if (false) {',
    meanwhile('its .part becomes another file'),
  ),
  without(
    'the mode of a whole file',
    'part',
    'fchmodSync(this.#descriptor, mode);',
    part('gets mode and time before its name'),
  ),
  without(
    'the time of a whole file',
    'part',
    'if (modified !== undefined) futimesSync(this.#descriptor, new Date(), modified);',
    part('gets mode and time before its name'),
  ),
  change(
    'a .part that is removed with its own name only',
    'part',
    'if (this.#isStillNamed()) this.#folder.remove(this.#name);',
    'this.#folder.remove(this.#name);',
    part('that was replaced leaves what replaced it'),
  ),
  change(
    'what a beginning in the future says',
    'part',
    'if (size === 0 || !isPast(mtimeMs)) return null;',
    'if (size === 0) return null;',
    part('with a time in the future'),
  ),
  change(
    'what a file in the future says',
    'part',
    'stats?.isFile() !== true || !isPast(stats.mtimeMs)',
    'stats?.isFile() !== true',
    part('with a time in the future'),
  ),
  change(
    'a time of a server that lies in the future, in a download',
    'file-time',
    'time === null || time > now + tolerance ? null : time',
    'time',
    ['test/future', 'of a server becomes no file'],
  ),
  change('the time of a beginning, in a download', 'file-time', 'return Math.floor(time) <= now;', 'return true;', [
    'test/future',
    'of a .part confirms nothing',
  ]),
  change('a lock that another one holds', 'lock', "if (answer.state === 'taken') {", 'if (false) {', [
    'test/lock',
    'is locked once',
  ]),
];
