import { closeSync } from 'node:fs';

import { openCertificates } from '../disk/certificates.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { proxiesNeeded } from '../request/proxies.js';
import type { Settings } from '../request/settings.js';
import { confinement, portsOf, urlsOf } from '../sandbox/confinement.js';
import type { Ports } from '../values/port.js';
import { WorkerProcess } from './worker-process.js';

/** What decides how a worker is confined, and what it inherits. */
export interface WorkerNeeds {
  readonly ports: Ports;
  /** Ports of proxies. */
  readonly proxies: readonly number[];
  readonly hasCertificates: boolean;
}

/**
 * At most one worker that was started before its work is known: its Node starts while this process finds out what to download. It is
 * confined as any other, and waits for its work. It is used only for work that needs exactly what it has.
 */
export class SpareWorker {
  readonly #settings: Settings;
  readonly #program: string | undefined;
  #waiting: { readonly worker: WorkerProcess; readonly needs: string } | undefined;

  /** @param program - of workers; undefined for the usual one */
  constructor(settings: Settings, program: string | undefined) {
    this.#settings = settings;
    this.#program = program;
  }

  /**
   * Starts it, unless one waits already. If that fails, the download fails for the same reason.
   *
   * @param sources - URLs, each of which has a host of the later work
   */
  start(sources: readonly string[]): void {
    if (this.#waiting !== undefined || urlsOf([{ sources }]).length === 0) return;
    try {
      this.#waiting = this.#started(sources);
    } catch (error) {
      if (!(error instanceof FetcherError)) throw error;
    }
  }

  /** Returns it if it has exactly what is needed, and lives. Otherwise ends it. */
  take(needs: WorkerNeeds): WorkerProcess | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return undefined;
    if (!waiting.worker.isGone && waiting.needs === textOf(needs)) return waiting.worker;
    waiting.worker.kill();
    return undefined;
  }

  /** Ends it, if it waits, and waits for its end. */
  async end(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.worker.kill();
    await waiting?.worker.ended;
  }

  #started(sources: readonly string[]): { readonly worker: WorkerProcess; readonly needs: string } {
    const { redirectPorts, proxies: rules, sandbox, certificates: bundle } = this.#settings;
    const files = [{ sources }];
    const ports = portsOf(files, redirectPorts);
    const proxies = proxiesNeeded(rules, urlsOf(files)).ports;
    const certificates = openCertificates(bundle);
    try {
      const handed = { descriptors: [], certificates, program: this.#program };
      const worker = new WorkerProcess(confinement(sandbox, ports, proxies), handed);
      return { worker, needs: textOf({ ports, proxies, hasCertificates: certificates !== undefined }) };
    } finally {
      if (certificates !== undefined) closeSync(certificates);
    }
  }
}

function textOf({ ports, proxies, hasCertificates }: WorkerNeeds): string {
  return JSON.stringify([ports, proxies.toSorted((a, b) => a - b), hasCertificates]);
}
