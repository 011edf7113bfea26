import { closeSync, readSync } from 'node:fs';

import { errorCode, listKernelFolder, openKernelFile, parseTaskStatus, type TaskStatus } from '@sb/core';

/** For a part of a `status` file, which is longer with many groups: a process may have 65,536. */
const buffer = Buffer.alloc(16_384);

/**
 * The status files of every thread of this process, opened while that is still allowed. An open one shows the kernel's
 * current state when it is read (`proc_pid_status(5)`), even if opening is denied by then.
 */
export class OwnTasks implements Disposable {
  readonly #descriptors: readonly number[];
  /** How many filters the main thread had when they were opened. */
  readonly filters: number | undefined;

  private constructor(descriptors: readonly number[]) {
    this.#descriptors = descriptors;
    this.filters = this.read()[0]?.seccompFilters;
  }

  /** Opens them; undefined without `/proc`. */
  static open(): OwnTasks | undefined {
    const descriptors: number[] = [];
    try {
      for (const tid of listKernelFolder('/proc/self/task'))
        descriptors.push(openKernelFile(`/proc/self/task/${tid}/status`));
      return new OwnTasks(descriptors);
    } catch (error) {
      for (const descriptor of descriptors) closeSync(descriptor);
      const code = errorCode(error);
      // A thread has just ended: the others are listed again.
      if (code === 'ENOENT' && descriptors.length > 0) return OwnTasks.open();
      if (code === 'ENOENT' || code === 'EACCES') return undefined;
      throw error;
    }
  }

  /** Reads the current state. A thread that has ended is left out. */
  read(): readonly TaskStatus[] {
    return this.#descriptors.flatMap((descriptor) => {
      try {
        return parseTaskStatus(textOf(descriptor));
      } catch (error) {
        if (errorCode(error) === 'ESRCH') return [];
        throw error;
      }
    });
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
  }
}

/** From its start, where the kernel generates it again. */
function textOf(descriptor: number): string {
  let text = '';
  for (let length = buffer.length; length > 0;) {
    length = readSync(descriptor, buffer, 0, buffer.length, text.length);
    text += buffer.toString('latin1', 0, length);
  }
  return text;
}
