import { workerDescriptors, type WorkerFile } from '../channel.js';
import { isMissingStatus } from '../host-errors.js';
import { isFinal } from '../transfer/failure-kinds.js';
import { Sink } from '../transfer/sink.js';
import { attempt, type Failure } from './attempt.js';
import { Deadline } from './deadline.js';
import type { Started } from './download.js';
import { downloadSignature } from './signature.js';
import type { Tools } from './tools.js';

/** Milliseconds between two progress frames of a file; ten a second are more than anyone sees. */
const progressInterval = 100;

/** Tries the sources of one file until one has it, and then asks for its signature. */
export async function downloadFile(tools: Tools, file: number, given: WorkerFile): Promise<void> {
  const { say, work, connections, hosts, pace } = tools;
  const { maxBytes, size, isSummed, modifiedSince } = given;
  const sink = new Sink(workerDescriptors.firstFile + file, maxBytes);
  using deadline = new Deadline(work.limits.timeout);
  const common = { ...work, connections, deadline: deadline.signal, sink, maxBytes, size, isSummed, modifiedSince };
  const report = progressOf(tools, file);
  let { resume } = given;
  for (const [source, text] of given.sources.entries()) {
    const url = new URL(text);
    if (hosts.isSkipped(url, source === given.sources.length - 1)) {
      say({ type: 'source-failed', file, source, ...skipped });
      continue;
    }
    const mayLeave = given.mayLeave && url.protocol !== 'file:';
    using transfer = mayLeave ? pace.begin(url, () => others(tools, given, source)) : undefined;
    const onStart = (started: Started): void => {
      const { total = null, lastModified = null, etag = null } = started;
      // What the next source has to confirm, should this one fail half-way.
      resume = { etag: null, lastModified, lastByte: Date.now() };
      say({ type: 'started', file, source, total, lastModified, etag });
    };
    const onProgress = (received: number): void => {
      transfer?.update(received);
      report(received);
    };
    const limited = {
      ...common,
      deadline: AbortSignal.any(transfer === undefined ? [deadline.signal] : [deadline.signal, transfer.signal]),
    };
    const result = await attempt({ ...limited, url, resume, onStart, onProgress }, given.opened[source]);
    if (!('kind' in result)) {
      const { state } = result;
      say(state === 'unchanged' ? { type: state, file, source } : { type: state, file, size: sink.position });
      await downloadSignature(tools, { file, given, source, found: result, deadline: deadline.signal });
      return;
    }
    say({ type: 'source-failed', file, source, ...result });
    if (!(given.mayLack.includes(source) && isMissingStatus(result.status))) hosts.count(url, result.kind);
    if (isFinal(result.kind)) return;
    // Another server has other ETags.
    if (resume !== null) resume = { ...resume, etag: null };
  }
}

/** A source of a host that has made too many errors. */
const skipped: Failure = { kind: 'skipped', status: null, message: '' };

/** The sources that a file could go to from one of them. */
function others({ hosts }: Tools, { sources }: WorkerFile, source: number): readonly URL[] {
  const urls = sources.slice(source + 1).map((text) => new URL(text));
  return urls.filter((url) => !hosts.isSkipped(url, false));
}

function progressOf({ say, isBusy }: Tools, file: number): (received: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (received) => {
    const now = performance.now();
    // A parent that doesn't read, because it is stopped, gets fewer.
    if (isBusy() || now - last < progressInterval) return;
    last = now;
    say({ type: 'progress', file, received });
  };
}
