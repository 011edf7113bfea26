/** The options and the results of the download of one file. */
import type { SandboxReport } from '@sb/sandbox';

import type { Limits } from '../values/limits.js';
import type { OneFileSandbox } from '../sandbox/options.js';
import type { ProxyRules } from '../http/proxies.js';
import type { Ports } from '../values/port.js';

/** One URL to download to one open file. */
export interface OneFileRequest {
  /** http, https or file. */
  readonly url: URL;
  /** The file of a `file:` URL, open for reading: the user of the download may not be permitted to open it. */
  readonly source?: number | undefined;
  /** The file, open for reading and writing, with its position at its end. */
  readonly descriptor: number;
  /** Bytes that it may have. */
  readonly maxBytes: number;
  /**
   * Whether the download may resume from the file's content, if the server confirms that it is the start of the same
   * file.
   */
  readonly mayResume: boolean;
  readonly limits: Limits;
  /**
   * TCP ports that redirects may lead to, in addition to that of the URL; `any` permits all. Default: 443 if the URL
   * has port 80.
   */
  readonly redirectPorts?: Ports;
  readonly proxies: ProxyRules;
  /** Open PEM file of the certificates to trust. Default: Node's own. */
  readonly certificates?: number;
  /** Printable ASCII. */
  readonly userAgent: string;
}

/** Reports about a running download. */
export interface OneFileEvents {
  /** Receives the number of bytes so far, and of the whole file, if the server sent it. */
  readonly onProgress: (received: number, total: number | undefined) => void;
  /** An abort ends the download; received bytes stay in the file. */
  readonly signal: AbortSignal;
}

/** A complete download. */
export interface OneFileResult {
  /** Bytes of the whole file. */
  readonly size: number;
  /**
   * When the server's file last changed, in milliseconds since 1970; null if the server does not send it, or it is not
   * credible.
   */
  readonly lastModified: number | null;
}

/** How the worker of one file is confined, and who is informed about it. */
export interface OneFileWorker extends OneFileEvents {
  /**
   * User, levels, and other choices than those of `@sb/fetcher`. As root, the user must be another one, unless
   * switching is turned off.
   */
  readonly sandbox: OneFileSandbox;
  /** Receives what is in force, before the first request. */
  readonly onEnforcement: (report: SandboxReport) => void;
  /** The worker's program; tests use a hostile one. */
  readonly program?: string | undefined;
}
