import { refuseConfig } from './config-document.js';

/** Values of the variables of a landlockconfig document. */
export type Variables = ReadonlyMap<string, readonly string[]>;

/** The most paths of a document, in one template or in all: variables multiply, and more paths are a mistake. */
export const maxPaths = 10_000;

/**
 * Reads the `variable` part of a document.
 *
 * @throws LandlockError `invalid-policy` for a name that does not begin with an ASCII letter, or has other characters
 *   than letters, digits and `_`
 */
export function variablesOf(
  list: readonly { readonly name: string; readonly literal?: readonly string[] }[],
): Variables {
  const values = new Map<string, readonly string[]>();
  const misnamed = list.find(({ name }) => !/^[A-Za-z][A-Za-z0-9_]*$/.test(name));
  if (misnamed !== undefined) bad(`${JSON.stringify(misnamed.name)} is not a name of a variable`);
  // A variable may be defined in parts, as the format says: each part adds values.
  for (const { name, literal = [] } of list) values.set(name, [...new Set([...(values.get(name) ?? []), ...literal])]);
  return values;
}

/**
 * Expands a path of a document: `${name}` becomes each value of a variable in turn, and `$$` becomes a dollar.
 *
 * @throws LandlockError `invalid-policy` for a variable without a value or without an end, or for too many paths
 */
export function expandTemplate(template: string, variables: Variables): readonly string[] {
  let results: readonly string[] = [''];
  let rest = template;
  while (rest !== '') {
    const { values, length } = firstToken(rest, variables);
    // Before they are made: two lists of 65,536 values would fill the memory.
    if (results.length * values.length > maxPaths)
      bad(`${JSON.stringify(template)} expands to more than ${maxPaths} paths`);
    results = results.flatMap((start) => values.map((value) => start + value));
    rest = rest.slice(length);
  }
  return results;
}

/** Returns the values of the first token of a template, and its length. */
function firstToken(text: string, variables: Variables): { values: readonly string[]; length: number } {
  if (text.startsWith('$$')) return { values: ['$'], length: 2 };
  const end = text.indexOf('}');
  if (text.startsWith('${')) {
    if (end < 0) bad(`${JSON.stringify(text)} has no end`);
    const name = text.slice(2, end);
    const values = variables.get(name) ?? [];
    if (values.length === 0) bad(`the variable ${JSON.stringify(name)} has no value`);
    return { values, length: end + 1 };
  }
  const next = text.indexOf('$', 1);
  const length = next < 0 ? text.length : next;
  return { values: [text.slice(0, length)], length };
}

function bad(what: string): never {
  return refuseConfig(what, 'Define every variable that a path uses, by a name of letters, digits and _.');
}
