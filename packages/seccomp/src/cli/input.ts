import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import { errorCode, holdPath, holdsPaths, isSandboxError } from '@sb/core';

import type { AnyProgram } from '../exact/prove.js';
import { parsePolicy } from '../policy/parse-policy.js';
import type { SeccompPolicy } from '../policy/options.js';
import { policy } from '../policy/policy.js';
import { type Base, baseNames } from '../policy/presets.js';
import type { Machine } from '../tables/architectures.js';
import { filtersOf, type Running, runningOf } from './running.js';
import { misuse } from './usage-error.js';

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
  // JSON starts with an opening brace or a blank, which cannot be the first instruction of a filter.
  if (!/^\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))) return { machine, bytes };
  try {
    return policy(parsePolicy(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return misuse(`${word}: ${error.message.replace(/^seccomp: /, '').replace(/\.$/, '')}`, 'Nothing was done.');
  }
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
  return 'bytes' in read ? misuse(`${word} is not a policy in JSON`, `${command} takes a preset or a policy.`) : read;
}

/** Text that the command line names: a file, or `-`. @throws UsageError */
export function textFrom(word: string): string {
  return Buffer.from(bytesOf(word)).toString('utf8');
}

function bytesOf(word: string): Uint8Array {
  let descriptor = 0;
  try {
    if (word !== '-') descriptor = opened(word);
    if (word !== '-' && !fstatSync(descriptor).isFile()) return misuse(`${word} is not a file`, 'Name a file, or -.');
    return wholeOf(descriptor, word);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return misuse(`${word} can't be read: ${code}`, `Name a preset (${baseNames.join(', ')}) or an existing file.`);
  } finally {
    if (descriptor > 0) closeSync(descriptor);
  }
}

/** Opening a FIFO must not wait, and a terminal must not become the controlling one. */
const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Root goes name by name: a path that others decide must not make it wait. */
function opened(path: string): number {
  if (!holdsPaths()) return openSync(path, reading);
  const held = holdPath(path);
  try {
    return openSync(`/proc/self/fd/${held}`, reading);
  } finally {
    closeSync(held);
  }
}

function wholeOf(descriptor: number, word: string): Uint8Array {
  const buffer = Buffer.alloc(longest + 1);
  let length = 0;
  for (let got = -1; got !== 0 && length <= longest; length += got) {
    got = readSync(descriptor, buffer, length, buffer.length - length, null);
  }
  return length <= longest
    ? buffer.subarray(0, length)
    : misuse(`${word} has more than ${longest} bytes`, 'Is it a filter?');
}
