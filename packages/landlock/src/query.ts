import { refuse } from './errors.js';
import { entryOf, type FsRight, namesOf, newestAbi, type NetRight, type Scope } from './rights.js';

/** One question to a policy: a right on a path, a port, or a scope. */
export type Query =
  | { readonly path: string; readonly right: FsRight }
  /** rename(2), without flags: it replaces the file at `to`. */
  | { readonly rename: string; readonly to: string }
  /** link(2). */
  | { readonly link: string; readonly to: string }
  | { readonly connectTcp: number }
  | { readonly bindTcp: number }
  | { readonly connectSendUdp: number }
  | { readonly bindUdp: number }
  | { readonly scope: Scope };

/** A checked question about a move or a link. */
export interface CheckedMove {
  readonly kind: 'move';
  readonly from: string;
  readonly to: string;
  /** Whether the old entry is removed: true for a move. */
  readonly removes: boolean;
}

/** A checked question, in the same form for all ports. */
export type CheckedQuery =
  | { readonly kind: 'path'; readonly path: string; readonly right: FsRight }
  | CheckedMove
  | { readonly kind: 'port'; readonly port: number; readonly right: NetRight }
  | { readonly kind: 'scope'; readonly scope: Scope };

const portRights: ReadonlyMap<string, NetRight> = new Map([
  ['connectTcp', 'connect_tcp'],
  ['bindTcp', 'bind_tcp'],
  ['connectSendUdp', 'connect_send_udp'],
  ['bindUdp', 'bind_udp'],
]);

/**
 * Checks a question. A misspelt one would otherwise concern something that the policy does not restrict, and the answer would
 * be yes.
 *
 * @throws LandlockError `invalid-policy`
 */
export function checkQuery(query: Query): CheckedQuery {
  // JavaScript does not check the type.
  const given: unknown = query;
  if (typeof given !== 'object' || given === null) return bad('it is not an object');
  const values = new Map<string, unknown>(Object.entries(given));
  const [[key, value] = ['', undefined]] = values;
  if (values.size === 2 && values.has('path') && values.has('right')) {
    return { kind: 'path', path: pathOf(values.get('path')), right: nameOf<FsRight>('fs', values.get('right')) };
  }
  const move = (['rename', 'link'] as const).find((name) => values.has(name));
  if (values.size === 2 && values.has('to') && move !== undefined) {
    return { kind: 'move', from: pathOf(values.get(move)), to: pathOf(values.get('to')), removes: move === 'rename' };
  }
  const right = portRights.get(key);
  if (values.size === 1 && right !== undefined) return { kind: 'port', port: portOf(value), right };
  if (values.size === 1 && key === 'scope') return { kind: 'scope', scope: nameOf<Scope>('scope', value) };
  return bad(`it has the keys ${JSON.stringify([...values.keys()])}`);
}

function pathOf(path: unknown): string {
  if (typeof path !== 'string' || path === '') return bad('its path is not a text, or is empty');
  return path.includes('\0') ? bad('its path contains a NUL') : path;
}

function portOf(port: unknown): number {
  const fits = typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535;
  return fits ? port : bad(`${JSON.stringify(port)} is not a port`);
}

function nameOf<Name extends FsRight | Scope>(group: 'fs' | 'scope', name: unknown): Name {
  if (typeof name === 'string' && entryOf(group, name) !== undefined) return name as Name;
  return bad(`${group} has no ${JSON.stringify(name)}; it has ${namesOf(group, newestAbi).join(', ')}`);
}

function bad(what: string): never {
  const keys = [...portRights.keys()].join(', ');
  return refuse(
    `this is not a query: ${what}`,
    `Ask for path and right, for rename or link and to, or for one of: ${keys}, scope.`,
    'allows',
  );
}
