import { grouped, placed } from './grouped.js';
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

/** Returns the text before each slash of a path: the directories that contain it. */
function foldersAbove(text: string): readonly string[] {
  return [...text.matchAll(/\//g)].map(({ index }) => text.slice(0, index));
}

function replaces({ rights }: PolicyPathRule): boolean {
  return replacing.some((both) => both.every((right) => rights.includes(right)));
}
