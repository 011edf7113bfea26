import { grouped, placed } from './grouped.js';
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
  const rules = placed(all);
  const byText = grouped(rules, ({ path }) => pathText(path));
  const byFolder = grouped(rules, ({ path }) => pathText(path).replace(/\/+$/, ''));
  const replaceable = new Map<number, number>();
  for (const { rule, index } of rules) {
    const text = pathText(rule.path);
    const above = foldersAbove(text)
      .flatMap((folder) => byFolder.get(folder) ?? [])
      .filter((other) => pathText(other.rule.path) !== text);
    const others = [...above, ...(byText.get(text) ?? [])].filter((other) => other.index !== index);
    if (rule.rights.every((right) => others.some((other) => other.rule.rights.includes(right)))) continue;
    const [by] = above.filter((other) => replaces(other.rule)).sort((a, b) => a.index - b.index);
    if (by !== undefined) replaceable.set(index, by.index);
  }
  return replaceable;
}

/** The text before each slash: the folders that hold what a path names, and what the path itself names before its last one. */
function foldersAbove(text: string): readonly string[] {
  return [...text.matchAll(/\//g)].map(({ index }) => text.slice(0, index));
}

function replaces({ rights }: PolicyPathRule): boolean {
  return replacing.some((both) => both.every((right) => rights.includes(right)));
}
