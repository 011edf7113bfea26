import type { WorkerFile } from '../channel/messages.js';
import type { Confirmation } from '../values/confirmation.js';
import { isMissingStatus } from '../values/missing-status.js';
import { isFinal } from '../errors/error-codes.js';
import { attempt, type Failure } from './attempt.js';
import { ChannelSink } from './channel-sink.js';
import { Deadline } from '../source/deadline.js';
import type { Started } from '../source/download.js';
import { downloadSignature } from './signature.js';
import type { Tools } from './tools.js';

/** Tries the sources of one file until one has it, and then asks for its signature. */
export async function downloadFile(tools: Tools, file: number, wanted: WorkerFile): Promise<void> {
  const { channel, work, connections, hosts, slowSources } = tools;
  const { maxBytes, size, isSummed, modifiedSince } = wanted;
  const sink = new ChannelSink(channel, { file, of: 'file', maxBytes, position: wanted.resume?.length ?? 0 });
  using timer = new Deadline(work.limits.timeout);
  const deadline = AbortSignal.any([timer.signal, tools.abandonment.signal(file)]);
  const common = { ...work, connections, deadline, sink, maxBytes, size, isSummed, modifiedSince };
  let resume: Confirmation | null = wanted.resume;
  for (const [source, text] of wanted.sources.entries()) {
    const url = new URL(text);
    if (hosts.isSkipped(url, source === wanted.sources.length - 1)) {
      channel.say({ type: 'source-failed', file, source, ...skipped });
      continue;
    }
    const mayLeave = wanted.mayLeave && url.protocol !== 'file:';
    using transfer = mayLeave ? slowSources.begin(url, () => others(tools, wanted, source)) : undefined;
    const onStart = (started: Started): void => {
      const { total = null, lastModified = null, etag = null, isAppended } = started;
      // What the next source has to confirm, should this one fail half-way.
      resume = { etag: null, lastModified, lastByte: Date.now() };
      channel.say({ type: 'started', file, source, total, lastModified, etag, isAppended });
    };
    const limited = {
      ...common,
      deadline: transfer === undefined ? deadline : AbortSignal.any([deadline, transfer.signal]),
      onProgress: (received: number) => transfer?.update(received),
    };
    const result = await attempt({ ...limited, url, resume, onStart }, wanted.opened[source]);
    sink.flush();
    if (!('kind' in result)) {
      const { state } = result;
      channel.say(state === 'unchanged' ? { type: state, file, source } : { type: state, file, size: sink.position });
      await downloadSignature(tools, { file, wanted, source, found: result, deadline });
      return;
    }
    channel.say({ type: 'source-failed', file, source, ...result });
    if (!(wanted.mayLack.includes(source) && isMissingStatus(result.status))) hosts.count(url, result.kind);
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
