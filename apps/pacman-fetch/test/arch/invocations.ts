/** What people ask of pacman, each with the state before it, and where we differ on purpose. */
import type { Run } from './world.js';

/** How far a system is before an invocation. */
export type State = 'no databases' | 'databases' | 'old databases' | 'files databases';

/** One invocation. */
export interface Invocation extends Pick<Run, 'input' | 'mirror'> {
  /** As it is typed, after `pacman`. */
  readonly words: string;
  /** What it is about, where the words don't say so. */
  readonly what?: string;
  /** Default: the databases are there, of today. */
  readonly before?: State;
  /** A line that is put into `[options]`, or a shell command that changes the system before. */
  readonly option?: string;
  readonly setUp?: string;
  /** A shell command in the same namespace. */
  readonly wrap?: string;
  /** Its exit status. Default: 0. */
  readonly status?: number;
  /** Whether what it prints must be the same, line by line in any order. */
  readonly saysTheSame?: true;
  /** Where ours differs on purpose, and why. */
  readonly differs?: Difference;
  /** It is much like another one: `npm run test:long` alone tries it. */
  readonly inLong?: true;
}

/** What differs on purpose. */
interface Difference {
  readonly why: string;
  readonly status?: number;
  /** What we alone ask a server for, or pacman alone. */
  readonly oursAsks?: readonly string[];
  readonly theirsAsks?: readonly string[];
  /** Paths with another content, or that only one has. */
  readonly paths?: RegExp;
}

/** Nobody is asked, but where something is typed. */
export const invocations: readonly Invocation[] = [
  // Databases
  { words: '-Sy', before: 'no databases', inLong: true },
  { words: '-Sy', what: 'when they are older', before: 'old databases' },
  { words: '-Sy', what: 'when they are up to date' },
  { words: '-Syy', inLong: true },
  { words: '-Sy', what: 'without a network', mirror: 'none', status: 1 },
  { words: '-Sy', what: 'from the second server', before: 'no databases', mirror: 'second is good' },
  { words: '-Fy' },
  // Upgrades
  { words: '-Su', inLong: true },
  { words: '-Syu', before: 'old databases' },
  { words: '-Syu', what: 'that is declined', before: 'old databases', input: 'n\nn\n', status: 1 },
  { words: '-Syu --ignore app', before: 'no databases', inLong: true },
  { words: '-Su', what: 'with IgnorePkg and what needs it', option: 'IgnorePkg = library' },
  { words: '-Syuw', before: 'no databases', inLong: true },
  { words: '-Su', what: 'with nothing to do', option: 'IgnorePkg = library app renamed former', inLong: true },
  { words: '-Su', what: 'without DownloadUser', setUp: 'sed -i /^DownloadUser/d /etc/pacman.conf' },
  // Packages
  { words: '-S heavy', inLong: true },
  { words: '-S plain sealed free', what: 'of repositories that are not signed' },
  { words: '-S own', what: 'of a file: repository' },
  {
    words: '-S own',
    what: 'of one that root alone can read',
    setUp: 'chmod 0700 /srv/home',
    status: 1,
    differs: {
      why: 'root hands over what the user who downloads may not read',
      status: 0,
      paths: /^(?:usr\/share\/own|var\/lib\/pacman\/local|var\/cache\/pacman\/pkg|var\/log)\b/,
    },
  },
  { words: '-S core/library friend', inLong: true },
  { words: '-S few', what: 'a group', inLong: true },
  { words: '-S few', what: 'two of a group', input: '1 3\ny\n' },
  { words: '-S tool', what: 'with a provider', inLong: true },
  { words: '-S tool', what: 'with another provider', input: '2\ny\n', inLong: true },
  { words: '-S virtual', inLong: true },
  { words: '-S --needed library app', setUp: 'pacman -S --noconfirm library', inLong: true },
  { words: '-S --asdeps heavy', inLong: true },
  { words: '-S --asexplicit library', inLong: true },
  { words: '-S --downloadonly app', inLong: true },
  { words: '-Sw heavy', what: 'that is in the cache', setUp: 'pacman -Sw --noconfirm heavy' },
  { words: '-S --dbonly heavy', inLong: true },
  { words: '-Sdd app', inLong: true },
  { words: '-S tool --assume-installed virtual=1', inLong: true },
  { words: '-S -', what: 'names from a pipe', input: 'heavy\n' },
  { words: '-S intruder', what: 'with a file that is there', status: 1 },
  { words: '-S intruder --overwrite *', inLong: true },
  {
    words: '-S clash',
    what: 'a conflict',
    status: 1,
    differs: {
      why: 'pacman --print says nothing of conflicts: the package is fetched ahead, and stays in the cache',
      oursAsks: ['GET /core/clash-2-1-any.pkg.tar.gz', 'GET /core/clash-2-1-any.pkg.tar.gz.sig'],
      paths: /^var\/cache\/pacman\/pkg\/clash-/,
    },
  },
  { words: '-S clash', what: 'a conflict that is agreed to', input: 'y\ny\n' },
  { words: '-S nothing', status: 1, saysTheSame: true },
  { words: '-S absent', what: 'that no server has', status: 1 },
  {
    words: '-S bare',
    what: 'without a signature',
    status: 1,
    differs: {
      why: 'what lacks a required signature gets no name in the cache',
      paths: /^var\/cache\/pacman\/pkg\/bare-/,
    },
  },
  { words: '-S wrong', what: 'with the signature of another', status: 1 },
  { words: '-S spoilt', what: 'that is damaged', status: 1 },
  { words: '-S heavy', what: 'without a network', mirror: 'none', status: 1, inLong: true },
  { words: '-S heavy', what: 'from the second server', mirror: 'second is good', inLong: true },
  {
    words: '-S heavy',
    what: 'with a cache that is read-only',
    wrap: 'mount -t tmpfs -o ro none /var/cache/pacman/pkg',
  },
  { words: '-S itself runtime heavy --overwrite *', what: 'that replace pacman-fetch and node while it runs' },
  // By URL and by file
  { words: '-U MIRROR/core/heavy-2-1-any.pkg.tar.gz' },
  {
    words: '-U MIRROR/extra/plain-2-1-any.pkg.tar.gz',
    what: 'without a signature',
    status: 255,
    differs: {
      why: 'pacman itself refuses it when it looks for the signature, rather than when it downloads it',
      status: 1,
    },
  },
  { words: '-U MIRROR/core/nothing-2-1-any.pkg.tar.gz', what: 'that is not there', status: 255 },
  {
    words: '-U file:///srv/home/own-2-1-any.pkg.tar.gz',
    option: 'RemoteFileSigLevel = Optional TrustAll',
    status: 255,
    differs: {
      why: 'pacman 7.0 fails if an optional signature is not a file',
      status: 0,
      paths: /^(?:usr\/share\/own|var\/lib\/pacman\/local|var\/cache\/pacman\/pkg|var\/log)\b/,
    },
  },
  { words: '-U /srv/home/own-2-1-any.pkg.tar.gz', inLong: true },
  // What downloads nothing
  { words: '-Sp tool', saysTheSame: true },
  { words: '-Sp --print-format %n=%v app', saysTheSame: true, inLong: true },
  { words: '-Ss the', saysTheSame: true, inLong: true },
  { words: '-Si app', saysTheSame: true, inLong: true },
  { words: '-Sl core', saysTheSame: true, inLong: true },
  { words: '-Sg few', saysTheSame: true, inLong: true },
  { words: '-Sc', setUp: 'pacman -Sw --noconfirm heavy' },
  { words: '-Scc', input: 'y\ny\n', setUp: 'pacman -Sw --noconfirm heavy', inLong: true },
  { words: '-F data', before: 'files databases', saysTheSame: true },
  { words: '-Fl app', before: 'files databases', saysTheSame: true, inLong: true },
  { words: '-Q', saysTheSame: true, inLong: true },
  { words: '-Qu', saysTheSame: true, inLong: true },
  { words: '-Qi nothing', status: 1, saysTheSame: true, inLong: true },
  { words: '-T nothing', status: 127, saysTheSame: true, inLong: true },
  { words: '-D --asdeps orphan', inLong: true },
  { words: '-R orphan', inLong: true },
  { words: '-R library', what: 'that is needed', status: 1, inLong: true },
  { words: '-Rs app', inLong: true },
  { words: '--nonsense', status: 1 },
];
