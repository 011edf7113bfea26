import { type PolicyPathRule, pathText } from './options.js';
import type { FsRight } from './rights.js';

/** What renames a file of a folder to another name there, and what renames a folder: the kernel asks for both. */
const replacing: readonly (readonly FsRight[])[] = [
  ['make_reg', 'remove_file'],
  ['make_dir', 'remove_dir'],
];

/**
 * The rules whose path leads, by then, to what the restricted program has put there, with the rule that lets it: what it
 * renames to that name is granted at its next start what this rule grants beyond all others. Goes by the text of the paths.
 *
 * @param all - one rule a path
 * @returns both by where they stand
 */
export function replaceableRules(all: readonly PolicyPathRule[]): ReadonlyMap<number, number> {
  const replaceable = new Map<number, number>();
  for (const [index, rule] of all.entries()) {
    const above = all.map((other, at) => at !== index && isAbove(other, rule));
    const others = all.filter((other, at) => above[at] === true || (at !== index && isFor(other, rule)));
    if (rule.rights.every((right) => others.some(({ rights }) => rights.includes(right)))) continue;
    const by = all.findIndex((other, at) => above[at] === true && replaces(other));
    if (by >= 0) replaceable.set(index, by);
  }
  return replaceable;
}

function replaces({ rights }: PolicyPathRule): boolean {
  return replacing.some((both) => both.every((right) => rights.includes(right)));
}

function isFor(one: PolicyPathRule, other: PolicyPathRule): boolean {
  return pathText(one.path) === pathText(other.path);
}

/** Whether the folder of a rule holds what another one names. */
function isAbove({ path }: PolicyPathRule, below: PolicyPathRule): boolean {
  const folder = pathText(path).replace(/\/+$/, '');
  return pathText(below.path).startsWith(`${folder}/`) && pathText(below.path) !== pathText(path);
}
