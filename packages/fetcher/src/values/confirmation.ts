/** How the worker can confirm that the content of a file is the start of a server's file. */
export interface Confirmation {
  /** The strong ETag of the content, for the one server that sent it: the first source. */
  readonly etag: string | null;
  /** The server's exact time of the content; milliseconds since 1970. */
  readonly lastModified: number | null;
  /** The time of the last byte, if only that is known; milliseconds since 1970. */
  readonly lastByte: number;
}

/** The existing content of a file. */
export interface Beginning extends Confirmation {
  /** Its size in bytes; not 0. */
  readonly length: number;
}

/** A strong ETag of reasonable length: ASCII in quotes (RFC 9110, 8.8.3). */
export const strongEtag = /^"[\x21\x23-\x7E]{1,254}"$/;
