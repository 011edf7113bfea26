/** Files of one origin's port, one after the other, by a process that keeps its connections and opens no file. */
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
import { documentPlace } from '../values/readers.js';
import { type AheadLimits, type Attempted, type ExpectedFile, FilesAhead } from './files-ahead.js';
import type { StreamSink } from './kept-file.js';
import type { OneFileRequest } from './options.js';
import { fileOf } from './plan.js';
import { StreamContests } from './stream-contests.js';

/** What all files have in common; the URL is the first one's. */
export type StreamRequest = Pick<
  OneFileRequest,
  'url' | 'limits' | 'redirectPorts' | 'proxies' | 'certificates' | 'userAgent'
>;

/** Where else a file is to be had, by its URL, in the order in which servers are asked. */
export type MirrorsOf = (url: URL) => readonly URL[];

/** Downloads one file after the other from the ports that the first one's URL leads to. */
export class OneAfterAnother {
  readonly #request: StreamRequest;
  readonly #ports: Ports;
  readonly #proxies: WorkerProxies;
  #connections: Connections | undefined;
  readonly #ahead: FilesAhead;
  readonly #parallel: number;
  readonly #contests: StreamContests;
  readonly #mirrorsOf: MirrorsOf;
  /** Names of the files that will be asked for. */
  readonly #expected = new Set<string>();
  #keeps = true;

  /**
   * @param request - for the first file
   * @param limits - of what is downloaded before it is asked for. Default: nothing is
   * @param mirrorsOf - other servers that have what is expected. Default: none is known
   * @throws FetcherError `invalid-request` for a proxy that can't be used
   */
  constructor(request: StreamRequest, limits: AheadLimits = nothingAhead, mirrorsOf: MirrorsOf = () => []) {
    const files = [fileOf(request.url, Number.MAX_SAFE_INTEGER)];
    this.#request = request;
    this.#mirrorsOf = mirrorsOf;
    this.#contests = new StreamContests(request.limits);
    this.#ports = portsOf(files, request.redirectPorts);
    this.#proxies = proxiesNeeded(request.proxies, urlsOf(files));
    // One for a file that is asked for where all of the others are under way.
    this.#parallel = limits.parallel + 1;
    this.#ahead = new FilesAhead(async (ahead, sink, signal) => await this.#bringAhead(ahead, sink, signal), limits);
  }

  /**
   * What this process can be restricted to before {@link download}: nothing that it can write, by name or by descriptor, TCP
   * connections to the ports of the first URL and its proxies only, threads but no processes.
   *
   * @param base - user, levels, and other choices than these
   */
  confinement(base: SandboxOptions): SandboxOptions {
    readCompleted(base, documentPlace('base'));
    // As for one file in this process: it is undumpable, which keeps others of its user out wherever no group can be had, too.
    const own = base.user === undefined ? base : ({ ...base, privateGroup: base.privateGroup ?? 'off' } as const);
    const { execOnce: _, ...options } = confinement(own, this.#ports, this.#proxies.ports);
    return options;
  }

  /** Whether a URL is of the scheme and the port that this process may connect to. */
  isFor(url: URL): boolean {
    return url.protocol === this.#request.url.protocol && portOf(url) === portOf(this.#request.url);
  }

  /** Names all files that will be asked for, in that order: those of other ports are left out. */
  expect(files: readonly ExpectedFile[]): void {
    for (const { url } of files) this.#expected.add(nameOf(url));
    this.#ahead.expect(files.filter(({ url }) => this.isFor(url)));
  }

  /**
   * Downloads one file, or hands it over if it was downloaded ahead. A connection is free a turn after its body has ended: who asks for the next one in the same turn has
   * another one made. Some servers can't be asked for two files over one connection: what fails before it has begun is asked
   * for once more, over a connection of its own, and so is all that follows.
   *
   * @param maxBytes - that it may have
   * @returns undefined once the sink has all of it
   */
  async download(url: URL, maxBytes: number, sink: StreamSink): Promise<TransferFailure | undefined> {
    return await this.#ahead.take(url, sink, async () => await this.#bring(url, maxBytes, sink));
  }

  async #bringAhead(url: URL, sink: StreamSink, halt: AbortSignal): Promise<TransferFailure | undefined> {
    using deadline = new Deadline(this.#request.limits.timeout);
    // Where no server is too slow, one that never answers must not keep pacman waiting for what it has not asked for.
    using patience = new Deadline(keptPatience);
    const signal = AbortSignal.any([deadline.signal, patience.signal, halt]);
    const task = { url, maxBytes: Number.MAX_SAFE_INTEGER, sink, deadline: signal };
    return (await this.#attempt(task, () => patience[Symbol.dispose]())).failure;
  }

  async #bring(url: URL, maxBytes: number, sink: StreamSink): Promise<Attempted> {
    using deadline = new Deadline(this.#request.limits.timeout);
    const task = { url, maxBytes, sink, deadline: deadline.signal };
    const mayBeKept = this.#keeps && this.#connections !== undefined;
    if (!mayBeKept) return await this.#attempt(task);
    using patience = new Deadline(keptPatience);
    const signal = AbortSignal.any([task.deadline, patience.signal]);
    const { failure, hasStarted } = await this.#attempt({ ...task, deadline: signal }, () =>
      patience[Symbol.dispose](),
    );
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

  /** Other servers have what pacman has listed: it checks what comes of it in any case. A database is its server's own. */
  #othersFor(url: URL): readonly URL[] {
    if (!this.#expected.has(nameOf(url).replace(/\.sig$/, ''))) return [];
    return this.#mirrorsOf(url).filter((other) => this.isFor(other));
  }
}

function nameOf({ pathname }: URL): string {
  return pathname.slice(pathname.lastIndexOf('/') + 1);
}

/**
 * Milliseconds for an answer over a connection that was kept: some servers never give a second one. A cache that has to fetch the file
 * itself takes its time, and should not be asked twice: one that needs longer than this is too slow for pacman in any case.
 */
const keptPatience = 9000;

/** What comes of bytes that belong to no answer, of a connection that was closed, and of no answer. */
const ofKeptConnections: ReadonlySet<FailureKind> = new Set(['protocol', 'truncated', 'too-slow', 'timeout']);

const nothingAhead: AheadLimits = { parallel: 0, maxBytes: 0 };

/** One file. */
interface Task {
  readonly url: URL;
  readonly maxBytes: number;
  readonly sink: StreamSink;
  readonly deadline: AbortSignal;
}
