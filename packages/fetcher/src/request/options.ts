import type { SandboxReport, SandboxUser } from '@sb/sandbox';

import type { FetcherError } from '../errors/fetcher-error.js';
import type { WorkerSandbox } from '../sandbox/options.js';
import type { Limits } from '../values/limits.js';
import type { Magic } from '../values/magic.js';
import type { Ports } from '../values/port.js';

/** What {@link createFetcher} takes. */
export interface FetcherOptions {
  /** Whom the worker becomes. As root it has to be somebody else; default: it stays who we are. */
  readonly user?: SandboxUser;
  /** Downloads at once, 1 to 64. Default: 5. */
  readonly parallel?: number;
  /**
   * Levels of the worker's layers, and what it is left of files and system calls, as for `@sb/sandbox`; ports of sources
   * and proxies come to those that are named here. `off: ['privdrop']` is the only way to download as root. Default:
   * everything is required, files as of `minimal`, calls as of `network-client` without `execve`. A group that no other
   * process has is preferred.
   */
  readonly sandbox?: WorkerSandbox;
  /** Bounds on time and redirects. */
  readonly limits?: Partial<Limits>;
  /**
   * TCP ports that redirects may lead to, beside those of the sources; `any` opens all. Default: 443 where a source has
   * port 80.
   */
  readonly redirectPorts?: Ports;
  /** PEM file of the certificates to trust. Default: the system's. */
  readonly certificates?: string;
  /**
   * Proxies. Default: `environment`, read once, by curl's rules: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`, of
   * which the last three count in upper case too. False: every host is asked directly.
   */
  readonly proxies?: ProxyOptions | 'environment' | false;
  /**
   * File of credentials, for hosts whose URLs have none: a path, or true for `$NETRC` or else `.netrc` in the home folder
   * of the caller, if it is there. It has to be the caller's or root's, and nobody else's to read. Default: true.
   */
  readonly netrc?: string | boolean;
  /** What servers are told of us: printable ASCII, at most 256 characters. Default: `sb-fetcher`. */
  readonly userAgent?: string | undefined;
}

/** Through which proxies requests go: http and https ones, with credentials in the URL where they want any. */
export interface ProxyOptions {
  /** The proxy that is asked for http URLs. Default: none. */
  readonly http?: string | URL;
  /** The proxy that opens tunnels for https URLs. Default: none. */
  readonly https?: string | URL;
  /** Hosts that are asked directly: names with those below them, addresses, networks as `10.0.0.0/8`, or `*` alone. */
  readonly except?: readonly string[] | undefined;
}

/** A source that something is known of. */
export interface Source {
  readonly url: string | URL;
  /**
   * It is a cache server, as pacman's CacheServer: a file that it hasn't got (404, 410) is no failure of the source, and
   * says nothing against its host. Default: false.
   */
  readonly cache?: boolean | undefined;
}

/** One file to download. */
export interface DownloadRequest {
  /** http, https and file URLs of the same file, in the order in which they are tried. */
  readonly sources: readonly (string | URL | Source)[];
  /** Absolute path of the file; written as `PATH.part` beside it until it is whole. */
  readonly to: string;
  /** Go on behind what `PATH.part` holds, if the server confirms it. Default: true. */
  readonly resume?: boolean;
  /**
   * Only if it has changed since the time of the file that is there (`local`), or since a date. What is there stays as
   * it is otherwise, unlooked at. Default: false, whatever is there.
   */
  readonly ifModifiedSince?: 'local' | Date | false | undefined;
  /** Bytes that it must have. Default: any number. */
  readonly size?: number;
  /** Bytes that it may have. Default: `size`, or 64 GiB. */
  readonly maxBytes?: number;
  /** SHA-256 that it must have, as 64 hexadecimal digits. Default: not checked. */
  readonly sha256?: string;
  /**
   * Formats, one of which it must have. For what has no sum: a network that wants a login first answers every request with
   * a page. Default: not checked.
   */
  readonly magic?: readonly Magic[];
  /** No source having it (404, 410) is no failure. Default: false. */
  readonly optional?: boolean | undefined;
  /** A signature that comes with it, and is kept beside it. Default: none is asked for. */
  readonly signature?: SignatureRequest;
  /** Permissions of the file. Default: 0o644. */
  readonly mode?: number;
  /** Its time: the server's, or that of the download. Default: `last-modified`. */
  readonly mtime?: 'last-modified' | 'now' | undefined;
}

/** A detached signature, named after its file. It is not verified here, and neither name appears before both are there. */
export interface SignatureRequest {
  /** What its name has behind that of the file. Default: `.sig`. */
  readonly suffix?: string;
  /** Bytes that it may have. Default: 16,384. */
  readonly maxBytes?: number;
  /** Formats, one of which it must have. Default: not checked. */
  readonly magic?: readonly Magic[];
  /** The file counts without it, too. Default: false. */
  readonly optional?: boolean | undefined;
}

/** How the signature of a file ended that counts: an optional one may be `absent` or have `failed`. */
export type SignatureOutcome =
  | { readonly status: 'done' | 'unchanged' | 'absent' }
  | { readonly status: 'failed'; readonly error: FetcherError };

/** How one file ended. */
export type Outcome = {
  readonly to: string;
  /** What went wrong on the way, source by source. */
  readonly failures: readonly FetcherError[];
} & (
  | {
      readonly status: 'done';
      /** The source that it came from, without credentials. */
      readonly source: string;
      /** Bytes. */
      readonly size: number;
      /** The server's time of it. */
      readonly lastModified: Date | undefined;
      /** Undefined if none was asked for. */
      readonly signature?: SignatureOutcome | undefined;
    }
  | {
      /** It hasn't changed since {@link DownloadRequest.ifModifiedSince}. */
      readonly status: 'unchanged';
      /** The source that said so, without credentials. */
      readonly source: string;
      /** Undefined if none was asked for. */
      readonly signature?: SignatureOutcome | undefined;
    }
  | { readonly status: 'absent' }
  | { readonly status: 'failed'; readonly error: FetcherError }
);

/** How far one file is. */
export interface FileProgress {
  readonly to: string;
  readonly state: 'waiting' | 'active' | 'done' | 'unchanged' | 'absent' | 'failed';
  /** Bytes that are there, those of an earlier attempt included. */
  readonly received: number;
  /** Bytes of an earlier attempt that are gone on with. */
  readonly offset: number;
  /** Milliseconds since it could be begun, until its last byte: nobody says when a request was sent. */
  readonly elapsed: number;
  /** Bytes of the whole file; undefined if nobody has said it. */
  readonly total: number | undefined;
  /** Bytes a second, over the last five seconds. */
  readonly rate: number;
  /** Seconds until it is there at that rate; undefined where that can't be said, or is more than 100 hours. */
  readonly eta: number | undefined;
}

/** How far a batch is. */
export interface Progress {
  /** The files under way, and those of which something is new. */
  readonly files: readonly FileProgress[];
  /** All files of the batch together. */
  readonly overall: {
    readonly files: number;
    /** Files that are done, absent or failed. */
    readonly ended: number;
    readonly received: number;
    /** Bytes of all files, what is there of failed ones included; undefined while that of one isn't known. */
    readonly total: number | undefined;
    readonly rate: number;
    readonly eta: number | undefined;
  };
}

/** Options of one batch. */
export interface DownloadOptions {
  /** Told how far the files are: at most ten times a second, once a second while nothing comes, and at the end. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Told once of a host that is not asked any more, with its last error: three of them, or one where its name doesn't
   * resolve. It is told when the worker under way has ended.
   */
  readonly onHostSkipped?: ((error: FetcherError) => void) | undefined;
  /** Ends the batch; what came stays in `.part` files for the next attempt. */
  readonly signal?: AbortSignal | undefined;
}

/** Downloads files by a confined worker. */
export interface Fetcher extends AsyncDisposable {
  /** What was in force in the latest worker; undefined before the first. */
  readonly enforcement: SandboxReport | undefined;
  /**
   * Downloads a batch. A file that fails is an outcome, and doesn't keep the others from being downloaded.
   *
   * @returns one outcome a request, in their order
   * @throws FetcherError `invalid-request` before anything is done; `sandbox` if the worker can't be confined
   */
  download(requests: readonly DownloadRequest[], options?: DownloadOptions): Promise<readonly Outcome[]>;
}
