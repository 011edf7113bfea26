import type { Place } from './place.js';

/** Whether a value is an object that is neither a list nor bytes. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** What lies in a prototype would be looked at by some and missed by others. */
export function refuseInherited(value: object, place: Place): void {
  for (let from = prototypeOf(value); from !== null && prototypeOf(from) !== null; from = prototypeOf(from)) {
    if (Reflect.ownKeys(from).some((key) => key !== 'constructor')) {
      place.refuse('has properties that it inherits', 'Give a plain object with all of them.');
    }
  }
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
