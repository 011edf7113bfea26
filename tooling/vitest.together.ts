/** Which test files may run one after the other in one process: to start one for each takes longer than most of them run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of tests that ask this process alone, and start nothing. */
const pure = ['src', 'test/property', 'test/differential', 'test/schema'];

/** What outlives a file in its process: modules that are replaced, clocks, and what belongs to the whole process. */
const outlives =
  /\bvi\b|process\.(?:chdir|umask|on|once|exitCode|set\w+id)\b|process\.env\[[^\]]+\] =[^=]|delete process\b/;

/**
 * @param folder - of a package
 * @returns paths of its test files that leave their process as it was
 */
export function filesTogether(folder: string): readonly string[] {
  return pure
    .map((part) => join(folder, part))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)))
    .filter((file) => file.endsWith('.test.ts') && !outlives.test(readFileSync(file, 'utf8')))
    .toSorted();
}
