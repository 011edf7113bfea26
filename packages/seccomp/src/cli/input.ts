import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

import { errorCode, holdPath, holdsPaths, nearest, readKernelFile } from '@sb/core';

import type { AnyProgram } from '../exact/prove.js';
import { readProgram } from '../bpf/any-program.js';
import { parsePolicy } from '../policy/parse-policy.js';
import type { SeccompPolicy } from '../policy/options.js';
import { policy } from '../policy/policy.js';
import { type Base, baseNames } from '../policy/presets.js';
import type { Machine } from '../tables/architectures.js';
import { filtersOf, type Running, runningOf } from './running.js';
import { inFile, misuse } from './usage-error.js';

/** The most bytes of a filter: a policy has at most 1 Mi characters, a program 32 KiB. */
const longest = 4 << 20;

/**
 * Reads a filter that the command line names: a preset, a file with a policy in JSON or a BPF program, or that of a
 * running process. It is only shown, so the file may belong to any user.
 *
 * @param word - name of a preset, path of a file, `pid:NUMBER`, or `-` for standard input
 * @param machine - the machine of the program, if the file contains one
 * @throws UsageError with the file, the place in it and the remedy
 */
export function filterFrom(word: string, machine: Machine): SeccompPolicy | AnyProgram {
  const base = baseNames.find((name): name is Base => name === word);
  if (base !== undefined) return policy({ base });
  const running = runningOf(word);
  if (running !== undefined) return onlyFilterOf(running);
  const bytes = bytesOf(word);
  const text = textOf(bytes);
  if (text === undefined) return inFile(word, () => ({ machine, bytes: checkedProgram(bytes) }));
  const kind = kindOf(text);
  if (kind !== undefined) return misuse(`${word} ${kind.is}`, kind.hint);
  return inFile(word, () => policy(parsePolicy(text)));
}

/** The kernel takes no other bytes as a program. @throws SeccompError `invalid-program` */
function checkedProgram(bytes: Uint8Array): Uint8Array {
  readProgram(bytes);
  return bytes;
}

/** Undefined for bytes of a program: the first instruction of each has a zero among its eight bytes. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 64).includes(0)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\uFFFD') ? undefined : text;
}

/** What a text is, and how to use it; undefined for what may be a policy. */
function kindOf(text: string): { readonly is: string; readonly hint: string } | undefined {
  if (text.trim() === '') return { is: 'is empty', hint: 'Write a policy, such as {"base":"deny-dangerous"}.' };
  const start = text.slice(0, 1 << 16);
  if (/"defaultAction"\s*:|"kind"\s*:\s*"(?:SeccompProfile|List)"/.test(start))
    return { is: 'is a profile of a container', hint: 'Import it first: sb-seccomp import oci FILE > policy.json.' };
  if (/^\s*\{/.test(start)) return undefined;
  if (/^\s*(?:[#;].*\n\s*)*(?:\[[A-Z]\w*\]|[A-Z]\w*\s*=)/.test(start))
    return { is: 'is a unit of systemd', hint: 'Import it first: sb-seccomp import systemd FILE > policy.json.' };
  const hint = `A policy is an object in JSON, such as {"base":"deny-dangerous"}, or one of the presets ${baseNames.join(', ')}.`;
  return { is: 'is text, and not a policy in JSON', hint };
}

function onlyFilterOf(running: Running): AnyProgram {
  const [one, ...more] = filtersOf(running);
  if (one !== undefined && more.length === 0) return one;
  return misuse(
    `process ${running.pid} has ${more.length + 1} filters`,
    `Name one of them, for instance pid:${running.pid}/1.`,
  );
}

/** A policy that the command line names. @throws UsageError for a program, whose policy is unknown */
export function policyFrom(word: string, command: string): SeccompPolicy {
  const read = filterFrom(word, 'x86_64');
  if (!('bytes' in read)) return read;
  return misuse(
    `${word} is a program, and ${command} takes a policy`,
    'Make one of it: sb-seccomp import bpf FILE > policy.json.',
  );
}

/** Text that the command line names: a file, or `-`. @throws UsageError */
export function textFrom(word: string): string {
  return Buffer.from(bytesOf(word)).toString('utf8');
}

function bytesOf(word: string): Uint8Array {
  let opening: number | undefined;
  try {
    const inherited = inheritedBy(word);
    const descriptor = inherited ?? (opening = opened(word));
    const stat = fstatSync(descriptor);
    // A pipe that has a name would wait for a writer, or for ever. Standard input may be anything.
    if (inherited === undefined || (inherited !== 0 && !stat.isFIFO())) requireFile(word, stat);
    return withoutMark(wholeOf(descriptor, word));
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return misuse(...unread(word, code));
  } finally {
    if (opening !== undefined) closeSync(opening);
  }
}

function requireFile(word: string, stat: Stats): void {
  if (stat.isFile()) return;
  const kind = stat.isDirectory() ? 'a directory' : 'not a file';
  misuse(`${word} is ${kind}`, 'Name a file, - for standard input, or <(COMMAND) of the shell.');
}

/** O_CLOEXEC, as fdinfo shows it: what a program inherits is without it (proc_pid_fdinfo(5)). */
const ownDescriptor = 0o2_000_000;

/**
 * The descriptor that a word stands for: standard input, or that of a path such as /dev/fd/63, by which a shell passes on a pipe
 * (process substitution). It is read as it is, since root follows no link of /proc. One of this process is not meant.
 */
function inheritedBy(word: string): number | undefined {
  if (word === '-' || word === '/dev/stdin') return 0;
  const [, digits] = /^\/(?:dev|proc\/self)\/fd\/(\d{1,7})$/.exec(word) ?? [];
  if (digits === undefined || process.platform !== 'linux') return undefined;
  // Node marks these three, though it has inherited them.
  if (Number(digits) <= 2) return Number(digits);
  const [, flags = '0'] = /^flags:\s*(\d+)$/m.exec(readKernelFile(`/proc/self/fdinfo/${digits}`)) ?? [];
  return (Number.parseInt(flags, 8) & ownDescriptor) === 0 ? Number(digits) : undefined;
}

/** The byte order mark of editors for Windows, before a text in UTF-8. */
const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** What a file that cannot be read comes to, in words. */
function unread(word: string, code: string): [what: string, hint: string] {
  const meant = nearest(word, baseNames);
  const presets =
    meant === undefined ? `The presets are ${baseNames.join(', ')}.` : `Did you mean the preset ${meant}?`;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return [`${word} does not exist`, `Name an existing file. ${presets}`];
    case 'EACCES':
      return [`${word} may not be read by this user`, 'Change its permissions, or run the command as its owner.'];
    case 'ELOOP':
      return [`${word} leads through a link of another process, or through too many links`, 'Name the file itself.'];
    default:
      return [`${word} can't be read (${code})`, 'Look at its file system, or copy the file elsewhere.'];
  }
}

/** Opening a FIFO must not wait, and a terminal must not become the controlling one. */
const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Root goes name by name: a path that others decide must not make it wait. It opens files alone: a device would notice, and
 * a watchdog would restart the machine.
 */
function opened(path: string): number {
  if (!holdsPaths()) return openSync(path, reading);
  const held = holdPath(path);
  try {
    requireFile(path, fstatSync(held));
    return openSync(`/proc/self/fd/${held}`, reading);
  } finally {
    closeSync(held);
  }
}

function wholeOf(descriptor: number, word: string): Uint8Array {
  const buffer = Buffer.alloc(longest + 1);
  let length = 0;
  for (let got = -1; got !== 0 && length <= longest; length += got) {
    got = readWaiting(descriptor, buffer, length);
  }
  return length <= longest
    ? buffer.subarray(0, length)
    : misuse(`${word} has more than ${longest} bytes`, 'No filter, profile or unit is as long: name another file.');
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** A pipe that its other users made non-blocking has nothing yet: wait for its writer, as a read would. */
function readWaiting(descriptor: number, buffer: Buffer, length: number): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, length, buffer.length - length, null);
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 10);
    }
  }
}
