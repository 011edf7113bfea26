/**
 * The process that downloads. It is confined before its first byte of JavaScript, reads what to download from its
 * parent, writes to the descriptors that it was given, and ends when its parent does.
 */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { type Confirmation, type Frame, maxTextLength, type Work, workerDescriptors } from '../channel.js';
import type { Connections } from '../transfer/connections.js';
import { isFinal } from '../transfer/failure-kinds.js';
import { failureOf } from '../transfer/failure.js';
import { Sink } from '../transfer/sink.js';
import { connectionsOf } from './connections.js';
import { copy } from './copy.js';
import { download, type SourceDownload } from './download.js';
import { Deadline } from './deadline.js';
import { StatusFailure } from './status-failure.js';

/** Milliseconds between two progress frames of a file; ten a second are more than anyone sees. */
const progressInterval = 100;

const socket = new Socket({ fd: workerDescriptors.channel, readable: true, writable: true });
// Without a parent nobody checks, renames or reports: there is nothing left to do.
socket.once('close', () => process.exit(1));

function say(frame: Frame): void {
  socket.write(`${JSON.stringify(frame)}\n`);
}

async function readWork(): Promise<Work> {
  // Left open: it goes on reading, so that the end of the parent is noticed.
  const { value, done } = await createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]().next();
  return done === true ? process.exit(1) : (JSON.parse(value) as Work);
}

/** Tries the sources of one file until one has it. */
async function work(task: Work, file: number, connections: Connections): Promise<void> {
  const given = task.files[file];
  if (given === undefined) return;
  const { sources, size, maxBytes } = given;
  const sink = new Sink(workerDescriptors.firstFile + file, maxBytes);
  let resume: Confirmation | null = given.resume;
  using deadline = new Deadline(task.limits.timeout);
  for (const [source, text] of sources.entries()) {
    const url = new URL(text);
    try {
      const attempt: SourceDownload = {
        url,
        sink,
        maxBytes,
        size,
        isSummed: given.isSummed,
        resume,
        modifiedSince: given.modifiedSince,
        deadline: deadline.signal,
        connections,
        limits: task.limits,
        ports: task.ports,
        userAgent: task.userAgent,
        onStart: ({ total, lastModified = null, etag = null }) => {
          // What the next source has to confirm, should this one fail half-way.
          resume = { etag: null, lastModified, lastByte: Date.now() };
          say({ type: 'started', file, source, total: total ?? null, lastModified, etag });
        },
        onProgress: progressOf(file),
      };
      const isLocal = url.protocol === 'file:';
      const result = await (isLocal ? copy({ ...attempt, descriptor: given.opened[source] }) : download(attempt));
      say(result === 'unchanged' ? { type: result, file, source } : { type: result, file, size: sink.position });
      return;
    } catch (error) {
      const { kind, message } = failureOf(error, url);
      const status = error instanceof StatusFailure ? error.status : null;
      say({ type: 'source-failed', file, source, kind, status, message: message.slice(0, maxTextLength) });
      if (isFinal(kind)) return;
      // Another server has other ETags.
      if (resume !== null) resume = { ...resume, etag: null };
    }
  }
}

function progressOf(file: number): (received: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (received) => {
    const now = performance.now();
    // A parent that doesn't read, because it is stopped, gets fewer.
    if (socket.writableNeedDrain || now - last < progressInterval) return;
    last = now;
    say({ type: 'progress', file, received });
  };
}

async function main(): Promise<void> {
  const task = await readWork();
  const connections = connectionsOf(task);
  const waiting = task.files.keys();
  const lane = async (): Promise<void> => {
    for (const file of waiting) await work(task, file, connections);
  };
  await Promise.all(Array.from({ length: task.parallel }, lane));
  socket.removeAllListeners('close');
  socket.end(() => process.exit(0));
}

await main();
