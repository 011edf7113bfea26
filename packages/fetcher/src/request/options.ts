import type { SandboxReport, SandboxUser } from '@sb/sandbox';

import type { FetcherError } from '../errors/fetcher-error.js';
import type { WorkerSandbox } from '../sandbox/options.js';
import type { Limits } from '../values/limits.js';
import type { Magic } from '../values/magic.js';
import type { Ports } from '../values/port.js';

/** Options of {@link createFetcher}. */
export interface FetcherOptions {
  /** The user that the worker switches to. For root, it must be another user. Default: the user of the caller. */
  readonly user?: SandboxUser;
  /** Simultaneous downloads, 1 to 64. Default: 5. */
  readonly parallel?: number;
  /**
   * Levels of the worker's layers, and its rights to files and system calls, as for `@sb/sandbox`. The ports of sources
   * and proxies are added to those that are named here. `off: ['privdrop']` is the only way to download as root.
   * Default: everything is required, files as of `minimal`, calls as of `network-client` without `execve`. A group that
   * no other process has is preferred.
   */
  readonly sandbox?: WorkerSandbox;
  /** Limits on time and redirects. */
  readonly limits?: Partial<Limits>;
  /**
   * TCP ports that redirects may lead to, in addition to those of the sources; `any` permits all. Default: 443 if a
   * source has port 80.
   */
  readonly redirectPorts?: Ports;
  /** PEM file of the certificates to trust. Default: the system's. */
  readonly certificates?: string;
  /**
   * Proxies. Default: `environment`, which is read once, by curl's rules: `http_proxy`, `https_proxy`, `all_proxy`,
   * `no_proxy`. The last three are also read in upper case. False: every host is asked directly.
   */
  readonly proxies?: ProxyOptions | 'environment' | false;
  /**
   * File of credentials for hosts whose URLs have none: a path, or true. True stands for `$NETRC`, or else for `.netrc`
   * in the home directory of the caller, if it exists. It must belong to the caller or to root, and other users must
   * not have access to it. Default: true.
   */
  readonly netrc?: string | boolean;
  /** The User-Agent that is sent to servers: printable ASCII, at most 256 characters. Default: `sb-fetcher`. */
  readonly userAgent?: string | undefined;
}

/** The proxies of requests, with credentials in the URL if a proxy requires them. */
export interface ProxyOptions {
  /** The proxy for http URLs. Default: none. */
  readonly http?: string | URL;
  /** The proxy that opens tunnels to https URLs. Default: none. */
  readonly https?: string | URL;
  /**
   * Hosts that are asked directly: names, including those below them, addresses, networks such as `10.0.0.0/8`, or `*`
   * alone.
   */
  readonly except?: readonly string[] | undefined;
}

/** A source with properties. */
export interface Source {
  readonly url: string | URL;
  /**
   * Whether it is a cache server, like pacman's CacheServer. A file that it does not have (404, 410) is not a failure
   * of the source, and does not count against its host. Default: false.
   */
  readonly cache?: boolean | undefined;
}

/** One file to download. */
export interface DownloadRequest {
  /** http, https and file URLs of the same file, in the order in which they are tried. */
  readonly sources: readonly (string | URL | Source)[];
  /** Absolute path of the file; it is written as `PATH.part` beside it until it is complete. */
  readonly to: string;
  /** Resume from `PATH.part`, if the server confirms that it is the start of the same file. Default: true. */
  readonly resume?: boolean;
  /**
   * Download only if the file has changed since the time of the existing file (`local`), or since a date. Otherwise the
   * existing file stays, and is not checked. Default: false, which always downloads.
   */
  readonly ifModifiedSince?: 'local' | Date | false | undefined;
  /** Bytes that it must have. Default: any number. */
  readonly size?: number;
  /** Bytes that it may have. Default: `size`, or 64 GiB. */
  readonly maxBytes?: number;
  /** SHA-256 that it must have, as 64 hexadecimal digits. Default: not checked. */
  readonly sha256?: string;
  /**
   * Formats, one of which it must have. Use it for files without a checksum: a network that requires a login answers
   * every request with a page. Default: not checked.
   */
  readonly magic?: readonly Magic[];
  /** Whether the file may be missing from all sources (404, 410) without an error. Default: false. */
  readonly optional?: boolean | undefined;
  /** A signature to download, which is kept beside it. Default: none. */
  readonly signature?: SignatureRequest;
  /** Permissions of the file. Default: 0o644. */
  readonly mode?: number;
  /** Its time: the server's, or that of the download. Default: `last-modified`. */
  readonly mtime?: 'last-modified' | 'now' | undefined;
}

/**
 * A detached signature, named after its file. It is not verified here. Neither name appears before both are complete.
 */
export interface SignatureRequest {
  /** What its name has after that of the file. Default: `.sig`. */
  readonly suffix?: string;
  /** Bytes that it may have. Default: 16,384. */
  readonly maxBytes?: number;
  /** Formats, one of which it must have. Default: not checked. */
  readonly magic?: readonly Magic[];
  /** Whether the file is accepted without it. Default: false. */
  readonly optional?: boolean | undefined;
}

/** The outcome of the signature of an accepted file: an optional one may be `absent` or have `failed`. */
export type SignatureOutcome =
  | { readonly status: 'done' | 'unchanged' | 'absent' }
  | { readonly status: 'failed'; readonly error: FetcherError };

/** The outcome of one file. */
export type Outcome = {
  readonly to: string;
  /** The failures before the outcome, by source. */
  readonly failures: readonly FetcherError[];
} & (
  | {
      readonly status: 'done';
      /** The source of the file, without credentials. */
      readonly source: string;
      /** Bytes. */
      readonly size: number;
      /** The server's time of it. */
      readonly lastModified: Date | undefined;
      /** Undefined if no signature was requested. */
      readonly signature?: SignatureOutcome | undefined;
    }
  | {
      /** It has not changed since {@link DownloadRequest.ifModifiedSince}. */
      readonly status: 'unchanged';
      /** The source that reported that, without credentials. */
      readonly source: string;
      /** Undefined if no signature was requested. */
      readonly signature?: SignatureOutcome | undefined;
    }
  | { readonly status: 'absent' }
  | { readonly status: 'failed'; readonly error: FetcherError }
);

/** The progress of one file. */
export interface FileProgress {
  readonly to: string;
  readonly state: 'waiting' | 'active' | 'done' | 'unchanged' | 'absent' | 'failed';
  /** Bytes so far, including those of an earlier attempt. */
  readonly received: number;
  /** Bytes of an earlier attempt from which the download resumes. */
  readonly offset: number;
  /** Milliseconds from when the download could start to its last byte: the time of the request is not reported. */
  readonly elapsed: number;
  /** Bytes of the whole file; undefined if unknown. */
  readonly total: number | undefined;
  /** Bytes a second, over the last five seconds. */
  readonly rate: number;
  /** Seconds until it is complete at that rate; undefined if unknown, or more than 100 hours. */
  readonly eta: number | undefined;
}

/** The progress of a batch. */
export interface Progress {
  /** The current files, and those with new progress. */
  readonly files: readonly FileProgress[];
  /** All files of the batch together. */
  readonly overall: {
    readonly files: number;
    /** Files that are done, absent or failed. */
    readonly ended: number;
    readonly received: number;
    /** Bytes of all files, including those received of failed ones; undefined while the size of one is unknown. */
    readonly total: number | undefined;
    readonly rate: number;
    readonly eta: number | undefined;
  };
}

/** Options of one batch. */
export interface DownloadOptions {
  /** Receives the progress: at most ten times a second, once a second while no bytes arrive, and at the end. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Receives once each host that is not asked any more, with its last error: after three errors, or after one if its
   * name does not resolve. It is called when the current worker has ended.
   */
  readonly onHostSkipped?: ((error: FetcherError) => void) | undefined;
  /** Ends the batch; received bytes stay in `.part` files for the next attempt. */
  readonly signal?: AbortSignal | undefined;
}

/** Downloads files in a confined worker. */
export interface Fetcher extends AsyncDisposable {
  /** What was in force in the latest worker; undefined before the first. */
  readonly enforcement: SandboxReport | undefined;
  /**
   * Starts the worker of the next {@link download}, which then need not wait for the start. The worker is confined as any other,
   * waits for its work, and keeps this process alive until that download, or until this fetcher is disposed. It is not used if
   * the download needs other ports, or has `file:` sources. If it cannot be started, the download says why.
   *
   * @param sources - URLs of the servers of that download, up to 10,000, with any path
   * @throws FetcherError `invalid-request`
   */
  prepare(sources: readonly (string | URL)[]): void;
  /**
   * Downloads a batch. A failed file is an outcome, and does not prevent the download of the others.
   *
   * @returns one outcome for each request, in their order
   * @throws FetcherError `invalid-request` before any download; `sandbox` if the worker cannot be confined
   */
  download(requests: readonly DownloadRequest[], options?: DownloadOptions): Promise<readonly Outcome[]>;
}
