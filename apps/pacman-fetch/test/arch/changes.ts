/** What a run has changed on its disk, in a form that two runs can be compared by. */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A line for each path: kind, mode, owner, and what is in it; for what a server dates, its time. */
export type Changes = Readonly<Record<string, string>>;

/** What the test itself changes, or ldconfig(8), or gpg(1) in its memory of what it trusts. */
const ignored = /^(?:etc\/pacman\.d\/(?:mirrorlist|gnupg\b.*)|etc\/ld\.so\.cache|var\/cache\/ldconfig\b.*)$/;

/** What takes the time that its server has given it. */
const dated = /^var\/(?:lib\/pacman\/sync|cache\/pacman\/pkg)\//;

const log = 'var/log/pacman.log';

/**
 * @param folder - the upper layer of a run
 * @param layers - those below it, the first one on top
 */
export function changesIn(folder: string, layers: readonly string[]): Changes {
  const below = [...layers, '/'];
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const lines = paths.flatMap((path) => {
    if (ignored.test(path)) return [];
    const now = line(folder, join(folder, path));
    // Where something in it has changed, a folder is there in the upper layer as well; a log has a line of each start.
    const layer = below.find((one) => existsSync(join(one, path)));
    const before = layer === undefined ? undefined : line(layer, join(layer, path));
    return now === before ? [] : [[path, now] as const];
  });
  return Object.fromEntries(lines);
}

function line(folder: string, file: string): string {
  const path = relative(folder, file);
  const stat = lstatSync(file);
  // So an overlay notes that something is removed.
  if (stat.isCharacterDevice()) return 'removed';
  const owner = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isSymbolicLink()) return `link ${readlinkSync(file)}`;
  if (stat.isDirectory()) return `folder ${owner}`;
  if (!stat.isFile()) return `special ${owner}`;
  const time = dated.test(path) ? ` ${stat.mtime.toISOString().slice(0, 19)}` : '';
  return `${owner}${time} ${content(path, readFileSync(file))}`;
}

function content(path: string, bytes: Buffer): string {
  const text = bytes.toString('latin1');
  // Without times and command lines: the pacman that is started has others, and none is where nothing is left to do.
  if (path === log) return text.replaceAll(/^\[[^\]]+\] (?:\[PACMAN\] Running .*\n)?/gm, '');
  // Of an installed package, when it was installed.
  const steady = path.endsWith('/desc') ? text.replace(/(%INSTALLDATE%\n)\d+/, '$1TIME') : text;
  return createHash('sha256').update(steady, 'latin1').digest('hex').slice(0, 16);
}
