import { type PolicyPathRule, pathText } from './options.js';
import type { FsRight } from './rights.js';

/** The rights to rename a file within a directory, and to rename a directory: the kernel requires both of a pair. */
const replacing: readonly (readonly FsRight[])[] = [
  ['make_reg', 'remove_file'],
  ['make_dir', 'remove_dir'],
];

/**
 * Returns the rules whose path the restricted program could replace for its next start, with the rule that permits it. What the
 * program renames to that name is then granted what this rule grants beyond all others. It compares the text of the paths.
 *
 * @param all - one rule for each path
 * @returns both rules by their index
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

/** Whether the directory of a rule contains the path of another one. */
function isAbove({ path }: PolicyPathRule, below: PolicyPathRule): boolean {
  const folder = pathText(path).replace(/\/+$/, '');
  return pathText(below.path).startsWith(`${folder}/`) && pathText(below.path) !== pathText(path);
}
