import type { WorkerFile, WorkerSignature } from '../channel/messages.js';
import { signatureUrl } from '../values/signature-url.js';
import { isMissingStatus } from '../values/missing-status.js';
import { isFinal } from '../errors/error-codes.js';
import { attempt, type Failure } from './attempt.js';
import { ChannelSink } from './channel-sink.js';
import type { Result } from '../source/download.js';
import type { Stop } from '../values/stop.js';
import type { Tools } from './tools.js';

/** The signature of a complete file. */
interface SignatureDownload {
  readonly file: number;
  readonly wanted: WorkerFile;
  /** The source that has the file. */
  readonly source: number;
  readonly found: Result;
  /** Sources that are not asked, because they did not have the file. */
  readonly failed: ReadonlySet<number>;
  readonly deadline: Stop;
  /** Called with false when the file waits for others, and with true when it does no more. */
  readonly onTurn: (isTurn: boolean) => void;
}

/**
 * Requests the signature of a file, if the caller asked for one: first from the source of the file, then from the
 * others. A missing optional one is requested once only.
 */
export async function downloadSignature(tools: Tools, task: SignatureDownload): Promise<void> {
  const { file, wanted, source: foundIn, found, failed } = task;
  if (wanted.signature === null) return;
  const { suffix, optional } = wanted.signature;
  let last: { readonly source: number; readonly failure: Failure } | undefined;
  const all = [...wanted.sources.entries()];
  const others = all.filter(([source]) => source !== foundIn && !failed.has(source));
  const inOrder = [...all.filter(([source]) => source === foundIn), ...others];
  for (const [source, text] of inOrder) {
    const original = new URL(text);
    const url = signatureUrl(original, source === foundIn ? found.url : original, suffix);
    if (source !== foundIn && tools.hosts.isSkipped(url, false)) continue;
    const result = await tryUrl(tools, task, { signature: wanted.signature, source, own: original, url });
    if (result === undefined) return;
    last = { source, failure: result };
    const isMissing = isMissingStatus(result.status);
    if (!isMissing || !mayLack(wanted, source)) tools.hosts.count(url, result.kind);
    if (isFinal(result.kind) || (optional && isMissing)) break;
  }
  if (last !== undefined) tools.channel.say({ type: 'signature-failed', file, source: last.source, ...last.failure });
}

/** Whether a source may lack the signature without an error being counted against its host. */
function mayLack({ signature, mayLack: caches }: WorkerFile, source: number): boolean {
  return signature?.optional === true || caches.includes(source);
}

interface Candidate {
  readonly signature: WorkerSignature;
  readonly source: number;
  /** The source itself. */
  readonly own: URL;
  readonly url: URL;
}

/** @returns why it is missing; undefined if it is complete and reported to the parent */
async function tryUrl(
  { work, connections, channel }: Tools,
  { file, found, deadline, onTurn }: SignatureDownload,
  { signature, source, own, url }: Candidate,
): Promise<Failure | undefined> {
  const { maxBytes } = signature;
  const sink = new ChannelSink(channel, { file, of: 'signature', maxBytes, position: 0 });
  // For a new file, the signature is requested regardless of its time.
  const modifiedSince = found.state === 'unchanged' ? signature.modifiedSince : null;
  let lastModified: number | null = null;
  // Another source may have been left while it waited.
  onTurn(true);
  const result = await attempt(
    {
      ...work,
      connections,
      deadline,
      url,
      own,
      sink,
      maxBytes,
      size: null,
      isSummed: false,
      resume: null,
      modifiedSince,
      onTurn,
      onStart: (started) => {
        lastModified = started.lastModified ?? null;
        channel.say({ type: 'signature-started', file });
      },
      onProgress: () => {},
    },
    signature.opened[source],
  );
  sink.flush();
  if ('kind' in result) return result;
  if (result.state === 'unchanged') channel.say({ type: 'signature-unchanged', file });
  else channel.say({ type: 'signature', file, size: sink.position, lastModified });
  return undefined;
}
