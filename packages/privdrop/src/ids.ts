import { privdropError } from './errors.js';

/** Largest uid and gid; 2³²−1 means "leave unchanged" to the kernel. */
const maxId = 0xffff_fffe;

/** Refuses a value that is not an id. Its type does not count, because policies travel as JSON. */
export function checkedId(id: unknown, kind: 'user' | 'group'): number {
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= maxId) return id;
  throw privdropError('invalid-name', `lookup-${kind}`, {
    what: `${JSON.stringify(id) ?? 'undefined'} is not a ${kind} id`,
    hint: `Give an integer from 0 to ${maxId}; -1 would mean "leave unchanged" to the kernel.`,
  });
}

/** Refuses what a name service could mistake for something else. Many programs read a name of digits as an id. */
export function checkName(name: unknown, kind: 'user' | 'group'): string {
  const isName = typeof name === 'string' && name !== '' && !/^[-+]?\d+$|[:/\0\n]/.test(name) && name.trim() === name;
  if (isName) return name;
  throw privdropError('invalid-name', `lookup-${kind}`, {
    what: `${JSON.stringify(name)} is not a ${kind} name`,
    hint: `Give the name of an existing ${kind}, or its id as a number.`,
  });
}
