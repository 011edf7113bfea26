/** What the download of one file is told and tells. */
import type { SandboxReport } from '@sb/sandbox';

import type { Limits } from '../values/limits.js';
import type { OneFileSandbox } from '../sandbox/options.js';
import type { ProxyRules } from '../http/proxies.js';
import type { Ports } from '../values/port.js';

/** One URL that goes into one file, which is open already. */
export interface OneFileRequest {
  /** http, https or file. */
  readonly url: URL;
  /** What a `file:` URL names, open for reading: whoever downloads may have no right to it. */
  readonly source?: number | undefined;
  /** The file, open for reading and writing. It has no other position than its end. */
  readonly descriptor: number;
  /** Bytes that it may have. */
  readonly maxBytes: number;
  /** Whether what it holds may be gone on with, if the server confirms that it is the start of the same file. */
  readonly mayResume: boolean;
  readonly limits: Limits;
  /** TCP ports that redirects may lead to, beside the URL's own; `any` opens all. Default: 443 where that is 80. */
  readonly redirectPorts?: Ports;
  readonly proxies: ProxyRules;
  /** Open PEM file of the certificates to trust. Default: those that Node brings. */
  readonly certificates?: number;
  /** Printable ASCII. */
  readonly userAgent: string;
}

/** What is told of a download under way. */
export interface OneFileEvents {
  /** Told how many bytes are there, and how many there will be, if the server said it. */
  readonly onProgress: (received: number, total: number | undefined) => void;
  /** Aborted, it ends the download; what came stays in the file. */
  readonly signal: AbortSignal;
}

/** A download that is complete. */
export interface OneFileResult {
  /** Bytes of the whole file. */
  readonly size: number;
  /** When the server's file last changed, in milliseconds since 1970; null where it doesn't say, or can't mean it. */
  readonly lastModified: number | null;
}

/** How the worker of one file is confined, and by whom that is told. */
export interface OneFileWorker extends OneFileEvents {
  /** User, levels, and other choices than those of `@sb/fetcher`. As root it has to be another user, or none on request. */
  readonly sandbox: OneFileSandbox;
  /** Told what is in force, before anything is asked of the network. */
  readonly onEnforcement: (report: SandboxReport) => void;
  /** The worker's program; tests put a hostile one here. */
  readonly program?: string | undefined;
}
