/** Scripts of sh(1) that start one command, as the exports for Docker and bubblewrap are, and command lines alone. */
import { refuse } from '../errors.js';
import { shellWords } from './shell-words.js';

/** What a script says. */
export interface Script {
  /** The words of its command; see {@link shellWords}. */
  readonly words: readonly string[];
  /** What the script writes into a file first: a profile or a program. */
  readonly document?: string;
  /** What `umask` sets, in octal digits. */
  readonly umask?: string;
}

/** As much as is read, in characters: a profile has at most 1 MiB. */
const longest = 2 << 20;

/** Lines before the command that change nothing of what it is given. */
const known = [
  /^(?:#.*)?$/,
  /^set -eu$/,
  /^image=\$\{1:\?name an image\}$/,
  /^shift$/,
  /^(?:profile|filter)=\$\(mktemp\)$/,
  /^trap 'rm -f "\$profile"' EXIT$/,
  /^engine=\$\{ENGINE:-docker\}$/,
  /^podman=$/,
  /^if "\$engine" run --help 2>\/dev\/null \| grep -q -- --read-only-tmpfs; then podman=--read-only-tmpfs=false; fi$/,
  /^exec 9<"\$filter"$/,
  /^rm "\$filter"$/,
];
const documentStart = /^(?:cat|base64 -d) >"\$(?:profile|filter)" <<'END'$/;

/**
 * Reads a script, or a command line alone. Nothing of it is run.
 *
 * @param text - at most 2 Mi characters
 * @param isCommand - matches the beginning of the command
 * @throws SandboxError `invalid-policy` with the line in `path`
 */
export function readScript(text: string, isCommand: RegExp): Script {
  if (text.length > longest) refuse('script', `has ${text.length} characters`, `At most ${longest} are read.`);
  if (text.includes('\0')) refuse('script', 'has a NUL', 'Give the text of a script, or a command line.');
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  let document: string | undefined;
  let umask: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]?.trim() ?? '';
    const mask = /^umask ([0-7]{1,4})$/.exec(line)?.[1];
    if (documentStart.test(line)) {
      const end = lines.indexOf('END', at);
      if (end < 0) refuse(`line ${at + 1}`, 'begins a document without an end', 'Give the whole script.');
      document = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (mask !== undefined) umask = mask;
    else if (isCommand.test(line)) {
      const words = shellWords(lines.slice(at).join('\n'), at + 1);
      return { words, ...(document === undefined ? {} : { document }), ...(umask === undefined ? {} : { umask }) };
    } else if (!known.some((one) => one.test(line)))
      refuse(`line ${at + 1}`, `is a command that is not read: ${line.slice(0, 200)}`, 'Give the one command alone.');
  }
  return refuse('script', 'has no command that is read', 'Begin it with docker run, podman run or bwrap.');
}
