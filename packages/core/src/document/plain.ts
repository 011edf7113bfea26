import type { Place } from './place.js';

/** Whether a value is an object that is neither a list nor bytes. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Refuses properties of a prototype: some readers would see them, and others would not. */
export function refuseInherited(value: object, place: Place): void {
  for (let from = prototypeOf(value); from !== null && prototypeOf(from) !== null; from = prototypeOf(from)) {
    if (Reflect.ownKeys(from).some((key) => key !== 'constructor')) {
      place.refuse('has inherited properties', 'Give a plain object with all of them.');
    }
  }
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
