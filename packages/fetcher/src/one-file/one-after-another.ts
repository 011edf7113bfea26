/**
 * Files from the port of one origin, one after the other, by a process that keeps its connections and opens no file.
 */
import type { SandboxOptions } from '@sb/sandbox';

import type { FailureKind } from '../errors/error-codes.js';
import type { TransferFailure } from '../errors/transfer-failure.js';
import type { Connections } from '../http/connections.js';
import { connectionsOf } from '../http/trusted-connections.js';
import { proxiesNeeded, type WorkerProxies } from '../request/proxies.js';
import { confinement, portsOf, urlsOf } from '../sandbox/confinement.js';
import { readCompleted } from '../sandbox/readers.js';
import { Deadline } from '../source/deadline.js';
import { download } from '../source/download.js';
import { portOf, type Ports } from '../values/port.js';
import { Stop } from '../values/stop.js';
import { documentPlace } from '../values/readers.js';
import { type AheadLimits, type Attempted, FilesAhead } from './files-ahead.js';
import type { StreamSink } from './kept-file.js';
import type { OneFileRequest } from './options.js';
import { fileOf } from './plan.js';
import { StreamContests } from './stream-contests.js';
import type { ExpectedFile } from './waiting-file.js';

/** What all files have in common; the URL is that of the first. */
export type StreamRequest = Pick<
  OneFileRequest,
  'url' | 'limits' | 'redirectPorts' | 'proxies' | 'certificates' | 'userAgent'
>;

/** Where else a file is available, by its URL, in the order in which servers are asked. */
export type MirrorsOf = (url: URL) => readonly URL[];

/** Downloads one file after the other from the ports of the first URL. */
export class OneAfterAnother {
  readonly #request: StreamRequest;
  readonly #ports: Ports;
  readonly #proxies: WorkerProxies;
  #connections: Connections | undefined;
  readonly #ahead: FilesAhead;
  readonly #parallel: number;
  readonly #contests: StreamContests;
  readonly #mirrorsOf: MirrorsOf;
  /** Names of the files that will be requested. */
  readonly #expected = new Set<string>();
  #keeps = true;

  /**
   * @param request - the request of the first file
   * @param limits - of downloads before the request. Default: none
   * @param mirrorsOf - other servers that have the expected files. Default: none
   * @throws FetcherError `invalid-request` for a proxy that cannot be used
   */
  constructor(request: StreamRequest, limits: AheadLimits = nothingAhead, mirrorsOf: MirrorsOf = () => []) {
    const files = [fileOf(request.url, Number.MAX_SAFE_INTEGER)];
    this.#request = request;
    this.#mirrorsOf = mirrorsOf;
    this.#contests = new StreamContests(request.limits);
    this.#ports = portsOf(files, request.redirectPorts);
    this.#proxies = proxiesNeeded(request.proxies, urlsOf(files));
    // One for a requested file while all others are busy.
    this.#parallel = limits.parallel + 1;
    this.#ahead = new FilesAhead(async (ahead, sink, halt) => await this.#bringAhead(ahead, sink, halt), limits);
  }

  /**
   * Returns the restrictions that this process can apply before {@link download}. It may then write to nothing, by name
   * or by descriptor. It may connect by TCP only to the ports of the first URL and its proxies, and start threads but
   * not processes.
   *
   * @param base - user, levels, and other choices than these
   */
  confinement(base: SandboxOptions): SandboxOptions {
    readCompleted(base, documentPlace('base'));
    // As for one file in this process: it is undumpable, which protects it from its user's other processes also without
    // a group.
    const own = base.user === undefined ? base : ({ ...base, privateGroup: base.privateGroup ?? 'off' } as const);
    const { execOnce: _, ...options } = confinement(own, this.#ports, this.#proxies.ports);
    return options;
  }

  /** Whether a URL has the scheme and the port that this process may connect to. */
  isFor(url: URL): boolean {
    return url.protocol === this.#request.url.protocol && portOf(url) === portOf(this.#request.url);
  }

  /** Names all files that will be requested, in that order. Those of other ports are left out. */
  expect(files: readonly ExpectedFile[]): void {
    for (const { url } of files) this.#expected.add(nameOf(url));
    this.#ahead.expect(files.filter(({ url }) => this.isFor(url)));
  }

  /**
   * Downloads one file, or hands it over if it was downloaded ahead. A connection is free one turn of the event loop
   * after its body has ended. A request in the same turn opens another connection. Some servers cannot answer two
   * requests over one connection. So a download that fails before it has started is requested once more over a separate
   * connection, and so are all that follow.
   *
   * @param maxBytes - that it may have
   * @returns undefined once the sink has the whole file
   */
  async download(url: URL, maxBytes: number, sink: StreamSink): Promise<TransferFailure | undefined> {
    return await this.#ahead.take(url, sink, async () => await this.#bring(url, maxBytes, sink));
  }

  async #bringAhead(url: URL, sink: StreamSink, halt: Stop): Promise<TransferFailure | undefined> {
    using deadline = new Deadline(this.#request.limits.timeout);
    // If no server counts as too slow, one that never answers must not make pacman wait for files that it has not
    // requested.
    using patience = new Deadline(keptPatience);
    using stop = new Stop(deadline, patience, halt);
    const task = { url, maxBytes: Number.MAX_SAFE_INTEGER, sink, deadline: stop };
    return (await this.#attempt(task, () => patience[Symbol.dispose]())).failure;
  }

  async #bring(url: URL, maxBytes: number, sink: StreamSink): Promise<Attempted> {
    using deadline = new Deadline(this.#request.limits.timeout);
    const task = { url, maxBytes, sink, deadline };
    const mayBeKept = this.#keeps && this.#connections !== undefined;
    if (!mayBeKept) return await this.#attempt(task);
    using patience = new Deadline(keptPatience);
    using stop = new Stop(deadline, patience);
    const { failure, hasStarted } = await this.#attempt({ ...task, deadline: stop }, () => patience[Symbol.dispose]());
    if (failure === undefined || hasStarted || !ofKeptConnections.has(failure.kind)) return { failure, hasStarted };
    this.#keeps = false;
    this.#connections = undefined;
    return await this.#attempt(task);
  }

  async #attempt({ url, maxBytes, sink, deadline }: Task, onStarted: () => void = () => {}): Promise<Attempted> {
    const others = (): readonly URL[] => this.#othersFor(url);
    return await this.#contests.run({ url, others, sink, deadline, onStarted }, async (one) => {
      const { limits, userAgent, certificates } = this.#request;
      const { connectTimeout } = limits;
      const choice = { connectTimeout, parallel: this.#parallel, proxies: this.#proxies.rules, keeps: this.#keeps };
      this.#connections ??= connectionsOf(choice, certificates);
      const connections = this.#connections;
      const common = { maxBytes, size: null, isSummed: false, modifiedSince: null, limits, userAgent, connections };
      await download({ ...common, ...one, ports: this.#ports });
    });
  }

  /**
   * Other servers have the files that pacman has listed, and pacman checks these in any case. A database comes from its
   * own server.
   */
  #othersFor(url: URL): readonly URL[] {
    if (!this.#expected.has(nameOf(url).replace(/\.sig$/, ''))) return [];
    return this.#mirrorsOf(url).filter((other) => this.isFor(other));
  }
}

function nameOf({ pathname }: URL): string {
  return pathname.slice(pathname.lastIndexOf('/') + 1);
}

/**
 * Milliseconds for an answer over a kept connection: some servers never send a second one. A cache that must fetch the
 * file itself needs time, and should not be asked twice. One that needs longer than this is too slow for pacman in any
 * case.
 */
const keptPatience = 9000;

/** The failures for bytes outside an answer, for a closed connection, and for a missing answer. */
const ofKeptConnections: ReadonlySet<FailureKind> = new Set(['protocol', 'truncated', 'too-slow', 'timeout']);

const nothingAhead: AheadLimits = { parallel: 0, maxBytes: 0 };

/** One file. */
interface Task {
  readonly url: URL;
  readonly maxBytes: number;
  readonly sink: StreamSink;
  readonly deadline: Stop;
}
