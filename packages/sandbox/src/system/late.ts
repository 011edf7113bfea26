/**
 * Node's modules that are loaded when they are first needed: together that takes four milliseconds, which a run of `sb-run` need
 * not spend.
 */
import type * as ChildProcesses from 'node:child_process';
import type * as Net from 'node:net';
import type Streams from 'node:stream';
import type * as Tty from 'node:tty';

/** Starts programs with streams. */
export const lateChildProcess = (): typeof ChildProcesses => process.getBuiltinModule('node:child_process');

/** Sockets. */
export const lateNet = (): typeof Net => process.getBuiltinModule('node:net');

/** Streams. */
export const lateStream = (): typeof Streams => process.getBuiltinModule('node:stream');

/** Terminals. */
export const lateTty = (): typeof Tty => process.getBuiltinModule('node:tty');
