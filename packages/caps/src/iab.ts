import { iabReader, stateReader } from './documents.js';
import { documentPlace } from './errors.js';
import { capabilityBits, type CapabilityName, maskOf, namesOf } from './names.js';
import type { CapabilityState } from './state.js';
import { invalid, lastOf, parseCapability, requireShort, textName } from './text.js';
import type { TextOptions } from './options.js';

/** What a program that is started later gets: libcap's "IAB" (`cap_iab(3)`). */
export interface Iab {
  readonly inheritable: readonly CapabilityName[];
  /** A part of what is inheritable. */
  readonly ambient: readonly CapabilityName[];
  /** What the bounding set lacks. */
  readonly blocked: readonly CapabilityName[];
}

const entryPattern = /^([!^%]*)(\w+)$/;

/**
 * Parses an IAB text, for instance `!cap_sys_admin,^cap_net_raw,cap_chown`: `!` blocked in the bounding set, `^` ambient
 * and inheritable, `%` or nothing inheritable. A capability that is not named is in none of the three sets.
 *
 * @throws CapsError `invalid-text` with the invalid entry
 * @see cap_iab_from_text(3)
 */
export function parseIab(text: string): Iab {
  requireShort(text);
  const masks = { inheritable: 0n, ambient: 0n, blocked: 0n };
  for (const entry of text === '' ? [] : text.split(',')) {
    const [, prefix = '', name = ''] = entryPattern.exec(entry) ?? [];
    const number = parseCapability(name);
    if (number === undefined) throw invalid(entry, 'it is not a capability, with or without a prefix of !, ^ and %');
    const bit = 1n << BigInt(number);
    if (prefix.includes('!')) masks.blocked |= bit;
    if (prefix.includes('^')) masks.ambient |= bit;
    if (prefix === '' || /[\^%]/.test(prefix)) masks.inheritable |= bit;
  }
  return {
    inheritable: namesOf(masks.inheritable),
    ambient: namesOf(masks.ambient),
    blocked: namesOf(masks.blocked),
  };
}

/**
 * Writes an IAB text.
 *
 * @throws CapsError `invalid-text` if something is ambient and not inheritable, which no kernel can have
 */
export function formatIab(given: Iab): string {
  const iab = iabReader.read(given, documentPlace('iab'));
  const masks = [maskOf(iab.blocked), maskOf(iab.ambient), maskOf(iab.inheritable)] as const;
  const stray = iab.ambient.filter((name) => !iab.inheritable.includes(name));
  if (stray.length > 0) throw invalid(stray.join(), 'it is ambient and not inheritable');
  const entries: string[] = [];
  for (let number = 0; number < capabilityBits; number++) {
    const [blocked, ambient, inheritable] = masks.map((mask) => ((mask >> BigInt(number)) & 1n) === 1n);
    if (!blocked && !inheritable) continue;
    const inherits = ambient ? '^' : inheritable && blocked ? '%' : '';
    entries.push(`${blocked ? '!' : ''}${inherits}${textName(number)}`);
  }
  return entries.join();
}

/**
 * Returns the IAB of what {@link get} returned.
 *
 * @param given - the sets of a thread
 * @param options - `last`: number of the last capability that can be blocked. Default: that of this kernel
 */
export function iabOf(given: CapabilityState, options: TextOptions = {}): Iab {
  const state = stateReader.read(given, documentPlace('state'));
  const all = (1n << BigInt(lastOf(options) + 1)) - 1n;
  return {
    inheritable: state.inheritable,
    ambient: state.ambient,
    blocked: namesOf(all & ~maskOf(state.bounding)),
  };
}
