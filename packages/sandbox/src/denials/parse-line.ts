import { errnoName } from '@sb/core';

/** A line of a supervisor: see `native/launcher/denials/tell.h`. */
export type DenialLine =
  | { readonly kind: 'denial'; readonly number: number; readonly denied: DeniedCall }
  | { readonly kind: 'count'; readonly number: number; readonly count: number }
  | { readonly kind: 'lost'; readonly count: number }
  | { readonly kind: 'end' };

/** A denied call as it was reported. */
export interface DeniedCall {
  readonly pid: number;
  readonly errno: string;
  /** The bit of the right. */
  readonly right: number;
  readonly call: string;
  readonly program: Buffer;
  readonly path: Buffer;
  /** Empty but for rename and link. */
  readonly other: Buffer;
}

const denialPattern = /^D\t(\d+)\t(\d+)\t(\d+)\t(\d+)\t([a-z0-9_]+)\t([0-9a-f]*)\t([0-9a-f]+)\t([0-9a-f]*)$/;

/** @returns undefined for anything that no supervisor writes */
export function parseDenialLine(line: string): DenialLine | undefined {
  if (line === 'E') return { kind: 'end' };
  const counted = /^(?:C\t(\d{1,4})|L)\t(\d{1,10})$/.exec(line);
  if (counted !== null) {
    const [, number, count] = counted;
    return number === undefined
      ? { kind: 'lost', count: Number(count) }
      : { kind: 'count', number: Number(number), count: Number(count) };
  }
  const [, number, pid, errno, right, call = '', program = '', path = '', other = ''] = denialPattern.exec(line) ?? [];
  if (number === undefined) return undefined;
  const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
  const denied = {
    pid: Number(pid),
    errno: errnoName(Number(errno)),
    right: Number(right),
    call,
    program: bytes(program),
    path: bytes(path),
    other: bytes(other),
  };
  return { kind: 'denial', number: Number(number), denied };
}
