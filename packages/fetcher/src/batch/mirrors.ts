import { clockNow } from '@sb/core';

import type { KnownHosts } from '../channel/messages.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { hostKey } from '../values/host-key.js';
import { hostErrorsOf } from '../errors/error-codes.js';

/** Milliseconds for which a host's errors, or its slowness, are remembered. */
const memory = 10 * 60 * 1000;

interface Host {
  errors: number;
  isSlow: boolean;
  /** Whether it has sent a wrong file. */
  hasLied: boolean;
  reason: FetcherError | undefined;
  /** When something was last reported about it; milliseconds of a steady clock. */
  at: number;
}

/**
 * Remembers across batches which hosts fail, are slow, or have sent a wrong file. All of that comes from workers, which the content that they
 * downloaded may have taken over. So it changes only the order in which later workers try the sources of a file, and
 * how many chances a host has with each. It never excludes a host. It is kept for ten minutes, and nothing of it comes
 * from a worker that lied. A checked file from a host counts in its favour again.
 */
export class Mirrors {
  readonly #hosts = new Map<string, Host>();
  readonly #now: () => number;
  readonly #max: number;
  #bestRate = 0;

  /**
   * @param max - errors after which a host is not asked any more; 0: it is always asked
   * @param now - milliseconds of a steady clock; for tests
   */
  constructor(max: number, now: () => number = clockNow) {
    this.#max = max;
    this.#now = now;
  }

  /**
   * Counts a failure against the host of a source.
   *
   * @param source - an http or https URL
   * @param failure - the failure
   * @returns whether it has now made too many errors; true only once
   */
  count(source: URL, failure: FetcherError): boolean {
    const weight = hostErrorsOf(failure.code);
    if (failure.code === 'checksum') this.lied(source);
    if (weight === 0 && failure.code !== 'slower') return false;
    const host = this.#host(source);
    if (failure.code === 'slower') host.isSlow = true;
    if (weight === 0 || this.#max === 0) return false;
    const before = host.errors;
    host.errors = Math.min(this.#max, host.errors + weight);
    host.reason = failure;
    return before < this.#max && host.errors >= this.#max;
  }

  /** Records that a source sent a file with a wrong checksum. */
  lied(source: URL): void {
    if (source.protocol !== 'file:') this.#host(source).hasLied = true;
  }

  /** Whether the host of a source has sent a wrong file. */
  hasLied(source: URL): boolean {
    return source.protocol !== 'file:' && this.#recent(hostKey(source))?.hasLied === true;
  }

  /** Records that a source sent a complete and checked file. */
  clear(source: URL | undefined): void {
    const host = source === undefined ? undefined : this.#hosts.get(hostKey(source));
    if (host !== undefined) host.errors = 0;
  }

  /** Returns why a host is not asked any more, as an error for a file from it. */
  reason(source: URL): FetcherError {
    const { reason } = this.#host(source);
    const { host } = source;
    const text = `${host} is not asked any more`;
    if (reason === undefined) return new FetcherError('connect', text, { host });
    return new FetcherError(reason.code, `${text}: ${reason.message}`, { host, cause: reason });
  }

  /**
   * Records the complete files of a worker, as measured by the parent.
   *
   * @param bytes - all of them together
   * @param milliseconds - the time that it took
   */
  measure(bytes: number, milliseconds: number): void {
    if (milliseconds > 0) this.#bestRate = Math.max(this.#bestRate, (bytes * 1000) / milliseconds);
  }

  /** Returns sources in the order in which they are tried: those of slow, failing and lying hosts come last. */
  inOrder(sources: readonly URL[]): readonly URL[] {
    const ranked = sources.map((source) => ({ source, rank: this.#rank(source) }));
    return ranked.sort((one, other) => one.rank - other.rank).map(({ source }) => source);
  }

  /** Returns what a worker is told about the hosts of its sources. */
  known(sources: readonly URL[]): KnownHosts {
    const remote = sources.filter(({ protocol }) => protocol !== 'file:');
    const keys = [...new Set(remote.map(hostKey))];
    const errors = keys.flatMap((key) => {
      const count = Math.min(this.#recent(key)?.errors ?? 0, this.#max - 1);
      return count === 0 ? [] : [[key, count] as const];
    });
    const slow = keys.filter((key) => this.#recent(key)?.isSlow === true);
    return { errors, slow, bestRate: this.#bestRate };
  }

  #rank(source: URL): number {
    const host = source.protocol === 'file:' ? undefined : this.#recent(hostKey(source));
    if (host === undefined) return 0;
    if (host.hasLied) return 3;
    return this.#max > 0 && host.errors >= this.#max ? 2 : Number(host.isSlow);
  }

  #recent(key: string): Host | undefined {
    const host = this.#hosts.get(key);
    return host === undefined || host.at < this.#now() - memory ? undefined : host;
  }

  #host(source: URL): Host {
    const key = hostKey(source);
    const at = this.#now();
    for (const [name, host] of this.#hosts) if (host.at < at - memory) this.#hosts.delete(name);
    const host = this.#hosts.get(key) ?? { errors: 0, isSlow: false, hasLied: false, reason: undefined, at };
    host.at = at;
    this.#hosts.set(key, host);
    return host;
  }
}
