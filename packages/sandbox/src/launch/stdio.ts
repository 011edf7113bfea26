import type { IOType } from 'node:child_process';
import { fstatSync } from 'node:fs';
import type { Stream } from 'node:stream';

import { errorCode } from '@sb/core';

import { refuse } from '../errors.js';

/** What `child_process` accepts for one descriptor. */
export type StdioEntry = IOType | 'ipc' | number | Stream | null | undefined;

/** The option `stdio` of `spawn`: one word for all three, or a list. */
export type SandboxStdio = 'pipe' | 'ignore' | 'inherit' | 'overlapped' | readonly StdioEntry[];

/** The descriptors of a child. */
export interface DescriptorLayout {
  /** For `child_process`, one entry a descriptor. */
  readonly stdio: readonly StdioEntry[];
  /** What the launcher leaves open, ascending. */
  readonly keep: readonly number[];
  /** The number at which the child finds its channel to this process, if it has one. */
  readonly ipc: number | undefined;
}

/**
 * Lays out the descriptors of a child: its standard streams, the others of `stdio`, and those of this process that it
 * keeps under their own numbers.
 *
 * @param stdio - as for `child_process.spawn`; default: `pipe`
 * @param keepDescriptors - numbers of this process, 3 and up
 * @throws SandboxError `invalid-policy` if both name one number, or if a kept one is not open
 */
export function layOut(stdio: SandboxStdio = 'pipe', keepDescriptors: readonly number[] = []): DescriptorLayout {
  if (typeof stdio !== 'string') return layOutList(stdio, keepDescriptors);
  const known = keepDescriptors.length === 0 ? ofOneWord.get(stdio) : undefined;
  const layout = known ?? layOutList([stdio, stdio, stdio], keepDescriptors);
  if (keepDescriptors.length === 0) ofOneWord.set(stdio, layout);
  return layout;
}

/** The layouts of single words, which most starts use. */
const ofOneWord = new Map<string, DescriptorLayout>();

function layOutList(stdio: readonly StdioEntry[], keepDescriptors: readonly number[]): DescriptorLayout {
  const given: StdioEntry[] = [...stdio];
  while (given.length < 3) given.push('pipe');
  // As in child_process: 'pipe' for the first three, none for others.
  const entries = given.map((entry, index) => entry ?? (index < 3 ? 'pipe' : 'ignore'));
  const keep = new Set(entries.flatMap((entry, index) => (index < 3 || entry !== 'ignore' ? [index] : [])));
  for (const descriptor of keepDescriptors) {
    if (keep.has(descriptor))
      refuse('keepDescriptors', `names ${descriptor}, which stdio also names`, 'Leave one out.');
    if (!isOpen(descriptor)) refuse('keepDescriptors', `names ${descriptor}, which is not open`, 'Open it first.');
    while (entries.length <= descriptor) entries.push('ignore');
    entries[descriptor] = descriptor;
    keep.add(descriptor);
  }
  const channels = entries.flatMap((entry, index) => (entry === 'ipc' ? [index] : []));
  if (channels.length > 1)
    refuse('stdio', `names ipc ${channels.length} times: ${channels.join(', ')}`, 'One is enough.');
  return { stdio: entries, keep: [...keep].sort((a, b) => a - b), ipc: channels[0] };
}

function isOpen(descriptor: number): boolean {
  try {
    fstatSync(descriptor);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EBADF') throw error;
    return false;
  }
}

/** How a child that is Node finds its channel; child_process sets them for the launcher, which passes nothing on. */
export function channelVariables(descriptor: number, serialization = 'json'): Readonly<Record<string, string>> {
  return { NODE_CHANNEL_FD: String(descriptor), NODE_CHANNEL_SERIALIZATION_MODE: serialization };
}
