/* Each takes one thing away; the test that notices is named beside it. */
import { change as changeSeenBy, type Mutant } from '@sb/test-kit/mutation';

const path = 'trusted-path';
const file = 'trusted-file';
const output = 'output';
const walk = 'walk';

/** A change of a source whose own test notices. */
const change = (name: string, of: string, from: string, to: string, test: string): Mutant =>
  changeSeenBy(name, of, from, to, [`src/${of}`, test]);

/** A statement that is gone. */
const without = (name: string, of: string, from: string, test: string): Mutant => change(name, of, from, '', test);

/** What lies where an ordinary user says what is there. */
const served: readonly Mutant[] = [
  ['a folder on the way', path, 'if (servedBy !== undefined) return whyServed(servedBy);', ''],
  ['a sticky folder', path, 'isOwn && servedBy === undefined', 'isOwn'],
  ['a name on the way', walk, 'if (server !== undefined) judge.refuse', 'if (0) judge.refuse'],
  ['a name that is opened or examined', 'unserved', 'serverBelow(mountForRoot(held), mount)', 'undefined'],
  ['a name that is examined', 'unserved', 'if (entry.mount === undefined) return lstatSync', 'return lstatSync'],
  ['a name that is opened', 'unserved', 'if (mount === undefined) return naming', 'return naming'],
  ['a link to content', 'content-file', '(servedBy ?? uid)', 'uid'],
  ['a file system that has no answer', 'serving-user', 'return true;', 'return false;'],
].map(([name = '', of = '', from = '', to = '']) =>
  changeSeenBy(`who serves ${name}`, of, from, to, ['src/served-files', 'does not count as root’s']),
);

export const mutants: readonly Mutant[] = [
  ...served,
  changeSeenBy('a default ACL', 'new-folder', 'requireNoDefaultAcl(this.inside, this.#above.path);', '', [
    'src/default-acl',
    'is refused',
  ]),
  changeSeenBy('the umask of a process', 'default-acl', 'process.umask(before);', '', [
    'src/default-acl',
    'is shared without one, regardless of the umask: the twin, with',
  ]),
  changeSeenBy('the reading of an owner', 'new-folder', "ownerReader.read(owner, documentPlace('owner'))", 'owner', [
    'src/every-option',
    'an owner is read: no directory is given to an unnamed user',
  ]),
  changeSeenBy('the reading of a judge', walk, "judgeReader.read(judge, documentPlace('judge'))", 'judge', [
    'src/every-option',
    'a judge is read: no walk starts without functions for directories, links and refusals',
  ]),
  change(
    'what is mounted in a folder that goes',
    'remove-tree',
    'mountAt(held) !== mount',
    'false',
    'leaves mount points in it',
  ),
  change(
    'how deep a removal goes down',
    'remove-tree',
    'depth >= maxDepth',
    'false',
    'removes directories that are nested more deeply than descriptors permit',
  ),
  changeSeenBy(
    'whose a folder is that root empties',
    'taken-directory',
    'takes && uid !== own && taken(itself, uid, own)',
    'false',
    ['src/found-folder', 'who cannot fill found/inner/below/deep any more'],
  ),
  without(
    'what kind of file is only looked into',
    'regular-file',
    'if (!fstatSync(held).isFile()) return undefined;',
    'does not wait, and opens no FIFO, socket, device or directory',
  ),
  change(
    'looking before a file is opened',
    'regular-file',
    'isLinux ? hold(path) : openSync(path, harmless)',
    'openSync(path, isLinux ? constants.O_RDONLY : harmless)',
    'opened as regular by the leader',
  ),
  change(
    'a user that has changed',
    'own-user',
    ' || last.library !== library',
    '',
    'is root no more once it has changed',
  ),
  change(
    'root outside of namespaces with one user',
    'own-user',
    ' || ownerOf(rootsFile) === 0',
    '',
    'is root if it is root outside several namespaces, and another user in between',
  ),
  change(
    'root of a container outside',
    'own-user',
    'ranges.some(([, outside]) => outside === 0) || ',
    '',
    'is root if it is root of a container, which is an ordinary user of the machine',
  ),
  without(
    'the owner of a folder on the way',
    path,
    'if (uid !== 0) return `belongs to uid ${uid}`;',
    '65534:0 with mode 0o755',
  ),
  without(
    'the mode for all of a folder on the way',
    path,
    "if ((mode & writableByAll) !== 0) return 'is writable for all';",
    '0:0 with mode 0o777',
  ),
  change(
    'the mode for a group of a folder on the way',
    path,
    'if ((mode & writableByGroup) !== 0 && gid !== 0) return `is writable for the group ${gid}`;',
    '',
    '0:65534 with mode 0o775',
  ),
  without(
    'the owner of a link on the way',
    path,
    'if (uid !== 0) refuse(path, `is a symbolic link of uid ${uid}`);',
    'follows links of root only',
  ),
  without(
    'the folder that a link on the way lies in',
    path,
    'if (why !== undefined) refuse(path, `is a symbolic link in a directory that ${why}`);',
    'follows no link that any user can have moved to a sticky directory, and one in root’s own: the twin',
  ),
  without(
    'the folder that a file with orders lies in',
    file,
    'if (why !== undefined) refuse(`lies in ${above?.path}, which ${why}`);',
    'can have moved to a sticky directory of 0:0',
  ),
  change(
    'the owner of a sticky folder',
    path,
    'const isOwn = stats.uid === 0 && (stats.mode',
    'const isOwn = (stats.mode',
    '65534:0 with mode 0o1777',
  ),
  without(
    'the owner of a file with orders',
    file,
    'if (uid !== 0 && uid !== effectiveUser()) refuse(`belongs to uid ${uid}`);',
    'from a file of 65534:0',
  ),
  without(
    'the mode for all of a file with orders',
    file,
    "if ((mode & writableByAll) !== 0) refuse('is writable for all');",
    'mode 0o646',
  ),
  without(
    'the mode for a group of a file with orders',
    file,
    'if ((mode & writableByGroup) !== 0 && gid !== 0) refuse(`is writable for the group ${gid}`);',
    'mode 0o664',
  ),
  change(
    'the way to a file with orders',
    file,
    'const held = walk(fromHere(path), { ...rootDecides, folder });',
    "const held = openSync(path, 'r');",
    'reads no instructions from below a directory of a neighbour',
  ),
  change(
    'the bytes of a file with orders',
    file,
    'return readToEnd(descriptor, path, maxBytes);',
    'return readToEnd(descriptor, path, 2 ** 30);',
    'reads no more than requested, and a descriptor that the caller passed',
  ),
  changeSeenBy('not following a link of an output', 'unserved', 'oPath | constants.O_NOFOLLOW', 'oPath', [
    'src/output',
    'through no symbolic link',
  ]),
  without(
    'other names of an output',
    output,
    "if (stats.nlink !== 1) refuse('it has other names (hard links)');",
    'that has another name',
  ),
  without(
    'the owner of an output',
    output,
    'if (stats.uid !== 0 && stats.uid !== effectiveUser()) refuse(`it belongs to uid ${stats.uid}`);',
    'to no file of a neighbour',
  ),
  change(
    'the folder of an output',
    output,
    'Folder.open(dirname(absolute))',
    "Folder.of(dirname(absolute), openSync(dirname(absolute), 'r'))",
    'below no directory of a neighbour',
  ),
  change(
    'looking at a link twice',
    walk,
    'return isStillAt(place, descriptor, before) ? target',
    'return isStillAt(place, descriptor, before) || true ? target',
    'follows no link that changed after its check',
  ),
  change(
    'not following a link on the way',
    walk,
    'const flags = oPath | constants.O_NOFOLLOW;',
    'const flags = oPath;',
    'detects a link that replaced the next directory',
  ),
];
