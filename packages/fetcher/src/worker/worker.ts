/**
 * The process that downloads. It is confined before its first byte of JavaScript, reads what to download from its
 * parent, writes to the descriptors that it was given, and ends when its parent does.
 */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { type Frame, type Work, workerDescriptors } from '../channel.js';
import { connectionsOf } from './connections.js';
import { downloadFile } from './file.js';
import { Hosts } from './hosts.js';
import { Pace } from './pace.js';

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

async function main(): Promise<void> {
  const work = await readWork();
  const { limits, hosts } = work;
  using pace = new Pace(limits, hosts.bestRate, hosts.slow);
  const isBusy = (): boolean => socket.writableNeedDrain;
  const tools = {
    work,
    connections: connectionsOf(work, work.hasCertificates ? workerDescriptors.certificates : undefined),
    hosts: new Hosts(limits.hostErrors, hosts.errors),
    pace,
    say,
    isBusy,
  };
  const waiting = work.files.entries();
  const lane = async (): Promise<void> => {
    for (const [file, given] of waiting) await downloadFile(tools, file, given);
  };
  await Promise.all(Array.from({ length: work.parallel }, lane));
  socket.removeAllListeners('close');
  socket.end(() => process.exit(0));
}

await main();
