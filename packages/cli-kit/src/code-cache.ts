import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/**
 * The first line of a code cache: for which Node it is. V8 itself compares only its version, which two releases of Node
 * may share. Functions of the other one end the process (SIGSEGV), and so may those of another build of
 * the same release.
 */
function headNow(): Buffer {
  const { size, mtimeMs } = statSync('/proc/self/exe');
  return Buffer.from(`sb code cache 2 ${process.version} ${process.versions.v8} ${process.arch} ${size} ${mtimeMs}\n`);
}

/** The most bytes: an order of magnitude more than one has. */
const mostBytes = 2 ** 25;

/** The name of a program's code cache, beside it. */
export function codeCachePath(program: string): string {
  return `${program}.cache`;
}

/**
 * Runs a program of one CommonJS module in ASCII. If its code cache lies beside it, V8 takes compiled functions from there:
 * compiling them takes a third of a short start. The cache is used only if
 *
 * - it is a file of the owner of the program, and nobody else may write it: its author could have changed the program;
 * - it has the same source in it, byte by byte;
 * - it was made by the same file of Node: by its version, size and time;
 * - V8 accepts it as made with the same flags.
 *
 * Otherwise it is ignored, and the program runs as it would without one.
 *
 * @param program - absolute path of the module
 * @param require - of a module beside it. Default: a new one, for which Node loads its loader of modules
 * @throws Error of the system if it cannot be read
 * @see `cachedData` of vm.Script in Node's documentation
 */
export function runCached(program: string, require?: NodeJS.Require): void {
  const { source, owner } = readProgram(program);
  runScript(program, scriptOf(program, source, cachedFor(codeCachePath(program), source, owner)), require);
}

/** A program as it was read. */
export interface Program {
  readonly source: Buffer;
  /** The uid of its owner. */
  readonly owner: number;
}

/** Reads a program. @throws Error of the system */
export function readProgram(program: string): Program {
  const descriptor = openSync(program, constants.O_RDONLY);
  try {
    return { source: readFileSync(descriptor), owner: fstatSync(descriptor).uid };
  } finally {
    closeSync(descriptor);
  }
}

/** What a code cache has for a program. */
export interface Cached {
  /** The text that V8 compiles, in one piece: V8 would copy one that is put together. */
  readonly text: Buffer;
  /** From `createCachedData` of its script. */
  readonly data: Buffer;
}

/** What surrounds a program: a function that gets what a CommonJS module has. */
const [before, after] = [
  Buffer.from('(function (exports, require, module, __filename, __dirname, importBeside) {'),
  Buffer.from('\n})'),
];

/**
 * Compiles a program, as {@link runCached} does.
 *
 * @param program - absolute path of the module
 * @param source - its bytes
 * @param cached - of the same source. Default: nothing
 */
export function scriptOf(program: string, source: Buffer, cached?: Cached): Script {
  const text = (cached?.text ?? textOf(source)).toString('latin1');
  return new Script(text, { filename: program, ...(cached === undefined ? {} : { cachedData: cached.data }) });
}

function textOf(source: Buffer): Buffer {
  return Buffer.concat([before, source, after]);
}

/** Runs a script of {@link scriptOf}. It imports a module beside it by `importBeside`. */
export function runScript(program: string, script: Script, require?: NodeJS.Require): void {
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: readonly unknown[]) => void;
  const folder = dirname(program);
  // Within a script, import() would need another loader.
  const load = async (path: string): Promise<unknown> =>
    (await import(pathToFileURL(join(folder, path)).href)) as unknown;
  const own = require ?? process.getBuiltinModule('node:module').createRequire(program);
  run(module.exports, own, module, program, folder, load);
}

/** V8 copies compiled functions whose address is not a multiple of this. */
const alignment = 8;

const aligned = (offset: number): number => Math.ceil(offset / alignment) * alignment;

/** Of the number after the head: the bytes of the text. */
const lengthBytes = 4;

/**
 * Returns the content of a code cache.
 *
 * @param source - the program
 * @param data - from `createCachedData` of its script
 */
export function encodeCodeCache(source: Buffer, data: Buffer): Buffer {
  const text = textOf(source);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(text.length);
  const parts = Buffer.concat([headNow(), length, text]);
  return Buffer.concat([parts, Buffer.alloc(aligned(parts.length) - parts.length), data]);
}

/** What V8 is given; undefined without a cache, for one that is not to be trusted, and for one of another source or Node. */
function cachedFor(path: string, source: Buffer, owner: number): Cached | undefined {
  const descriptor = openCodeCache(path, owner);
  if (descriptor === undefined) return undefined;
  try {
    return cachedIn(readFileSync(descriptor), source);
  } catch {
    // Without a cache a start is slower, and nothing else is different.
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Opens the code cache of a program, if it is a file of the program's owner that nobody else may write.
 *
 * @param path - see {@link codeCachePath}
 * @param owner - of the program
 * @returns a descriptor, which the caller closes; undefined without a cache that can be trusted
 */
export function openCodeCache(path: string, owner: number): number | undefined {
  let descriptor: number | undefined;
  try {
    // Neither a link nor a FIFO, for which it would wait, is a cache.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (isTrusted(fstatSync(descriptor), owner)) return descriptor;
  } catch {
    // There is none.
  }
  if (descriptor !== undefined) closeSync(descriptor);
  return undefined;
}

/**
 * Takes a program's text and its compiled functions out of a code cache.
 *
 * @param content - of a file that can be trusted
 * @param source - the program
 * @returns undefined for a cache of another source or Node
 */
export function cachedIn(content: Buffer, source: Buffer): Cached | undefined {
  const head = headIfKnown();
  if (head === undefined) return undefined;
  const start = head.length + lengthBytes;
  if (content.length < start || !content.subarray(0, head.length).equals(head)) return undefined;
  const end = start + content.readUInt32LE(head.length);
  if (content.length <= aligned(end)) return undefined;
  const text = content.subarray(start, end);
  return isTextOf(text, source) ? { text, data: content.subarray(aligned(end)) } : undefined;
}

function isTextOf(text: Buffer, source: Buffer): boolean {
  const end = before.length + source.length;
  const isSurrounded = text.subarray(0, before.length).equals(before) && text.subarray(end).equals(after);
  return isSurrounded && text.subarray(before.length, end).equals(source);
}

/** Undefined where `/proc` does not show Node's file. */
function headIfKnown(): Buffer | undefined {
  try {
    return headNow();
  } catch {
    return undefined;
  }
}

/** Bits of the group and of all others that permit writing. */
const writableByOthers = 0o022;

function isTrusted(status: Stats, owner: number): boolean {
  const isOwners = status.uid === owner && (status.mode & writableByOthers) === 0;
  return status.isFile() && isOwners && status.size <= mostBytes;
}
