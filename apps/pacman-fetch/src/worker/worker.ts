/**
 * The process that downloads. It reads whom to become, becomes that and proves it, and only then is told a URL. It
 * writes to one descriptor that it was given, and ends when its parent does.
 */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { isSandboxError } from '@sb/core';
import { failureOf, Sink, TransferFailure } from '@sb/fetcher/transfer';
import { dropPrivileges } from '@sb/privdrop';

import { closeStrayDescriptors } from '../descriptors.js';
import { exitStatus } from '../errors.js';
import { download } from '../transfer/download.js';
import { limitsFor } from '../transfer/limits.js';
import { type Frame, givenDescriptors, type Identity, type Job, maxFrameBytes, workerDescriptors } from './channel.js';

/** Milliseconds between two progress frames; ten a second are more than anyone sees. */
const progressInterval = 100;

const socket = new Socket({ fd: workerDescriptors.channel, readable: true, writable: true });
const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]();
// Without a parent nobody checks, renames or reports: there is nothing left to do.
socket.once('close', () => process.exit(exitStatus.download));

function say(frame: Frame): void {
  const line = `${JSON.stringify(frame)}\n`;
  if (Buffer.byteLength(line) > maxFrameBytes) throw new Error(`a frame of type ${frame.type} is too long`);
  socket.write(line);
}

async function read<T>(): Promise<T> {
  const { value, done } = await lines.next();
  if (done === true) process.exit(exitStatus.download);
  return JSON.parse(value) as T;
}

/** Says the last frame and ends once the parent has it. */
function end(frame: Frame, status: number): void {
  socket.removeAllListeners('close');
  say(frame);
  socket.end(() => process.exit(status));
}

function becomeUser({ policy }: Identity): void {
  try {
    closeStrayDescriptors(givenDescriptors);
    if (policy !== undefined) dropPrivileges(policy);
    say({ type: 'ready' });
  } catch (error) {
    // Whatever went wrong, this process must not go on: its ids may be half changed.
    if (!isSandboxError(error)) throw error;
    end({ type: 'refused', message: error.message.slice(0, 1024) }, exitStatus.sandbox);
    throw new Stop();
  }
}

/** Unwinds to the end of the program, which is under way. */
class Stop extends Error {}

function progress(): (received: number, total: number | undefined) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (received, total) => {
    const now = performance.now();
    // A parent that doesn't read, because it is stopped, gets fewer.
    if (socket.writableNeedDrain || (now - last < progressInterval && received !== total)) return;
    last = now;
    say({ type: 'progress', received, total: total ?? null });
  };
}

/** The certificates to trust. A descriptor can be read to its end only once, and there may be several connections. */
function readCertificates({ hasCertificates }: Job): () => string | undefined {
  let text: string | undefined;
  return () => {
    if (!hasCertificates) return undefined;
    text ??= readFileSync(workerDescriptors.certificates, 'latin1');
    // To Node an empty list means its own one: that would trust what nobody asked to trust.
    if (!text.includes('-----BEGIN')) throw new TransferFailure('tls', 'The file of certificates holds none');
    return text;
  };
}

async function work(job: Job): Promise<void> {
  const url = new URL(job.url);
  const limits = limitsFor(job.name, job.disableTimeout);
  try {
    const { size, lastModified } = await download({
      url,
      sink: new Sink(workerDescriptors.file, limits.maxBytes),
      limits,
      userAgent: job.userAgent,
      certificates: readCertificates(job),
      onProgress: progress(),
    });
    end({ type: 'done', size, lastModified: lastModified ?? null }, exitStatus.done);
  } catch (error) {
    const { kind, message } = failureOf(error, url);
    const status = kind === 'file' ? exitStatus.file : exitStatus.download;
    end({ type: 'failed', kind, message: message.slice(0, 1024) }, status);
  }
}

try {
  becomeUser(await read<Identity>());
  await work(await read<Job>());
} catch (error) {
  if (!(error instanceof Stop)) throw error;
}
