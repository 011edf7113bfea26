/**
 * What a native part does in one call. Node takes several calls for each, and makes an error for each name that is not there: a start
 * looks at two hundred names. Where one fails, Node's calls are made, so that errors are Node's.
 */
export interface FileCalls {
  /**
   * Opens a name in a directory (openat(2)).
   *
   * @param directory - a descriptor
   * @param name - a character for each byte
   * @param flags - of open(2)
   * @returns a descriptor, close-on-exec, or -errno
   */
  openAt(directory: number, name: string, flags: number): number;
  /**
   * The mount that a descriptor is on (proc_pid_fdinfo(5)). No server of a file system is asked.
   *
   * @param descriptor - also with O_PATH
   * @returns its number, or -errno
   */
  mountOf(descriptor: number): number;
  /**
   * Reads a file to its end.
   *
   * @param path - of a file of the kernel
   * @param bytes - what it is read into
   * @returns how many bytes there are; or -errno, EFBIG if they do not fit
   */
  readFile(path: string, bytes: Uint8Array): number;
  /**
   * Reads further names of a directory (getdents64(2)).
   *
   * @param descriptor - open for reading
   * @param bytes - what entries are read into
   * @returns how many bytes there are, 0 at the end, or -errno
   */
  readNames(descriptor: number, bytes: Uint8Array): number;
}

let calls: FileCalls | undefined;

/**
 * Uses the calls of a native part from now on.
 *
 * @param given - undefined for Node's calls. Not for a worker: there, Node warns if a descriptor is closed that it has not opened
 */
export function useFileCalls(given: FileCalls | undefined): void {
  calls = given;
}

/** The calls of a native part that was loaded; undefined if none was. */
export function fileCalls(): FileCalls | undefined {
  return calls;
}
