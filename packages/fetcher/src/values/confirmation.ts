/** How the worker can tell that what is in a file is the start of what a server has. */
export interface Confirmation {
  /** The strong ETag of what is there, for the one server that gave it: the first source. */
  readonly etag: string | null;
  /** The server's time of what is there, exactly; milliseconds since 1970. */
  readonly lastModified: number | null;
  /** When the last byte came, where that is all that is known; milliseconds since 1970. */
  readonly lastByte: number;
}

/** What is there of a file already. */
export interface Beginning extends Confirmation {
  /** Bytes that are there; not 0. */
  readonly length: number;
}

/** A strong ETag of reasonable length: ASCII in quotes (RFC 9110, 8.8.3). */
export const strongEtag = /^"[\x21\x23-\x7E]{1,254}"$/;
