/** Which test files may run one after the other in one process: to start one for each takes longer than most of them run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What takes long in any case. */
const long = /^test\/(?:mutation|long|interruption|neighbour)\//;

/** What outlives a file in its process: modules that are replaced, clocks, and what belongs to the whole process. */
const outlives =
  /\bvi\b|process\.(?:chdir|umask|on|once|exitCode|set\w+id)\b|process\.env\[[^\]]+\] =[^=]|delete process\b/;

/**
 * What looks at its own process, in which an earlier file may have left something: memory, descriptors, children. Others name
 * /proc/self for a process that they start.
 */
const looks =
  /process\.(?:pid|memoryUsage|resourceUsage)\b|\b(?:read|list)\w*\(['"`]\/proc\/self|workerPids\(\)|\bgc\(/;

/**
 * @param folder - of a package
 * @returns paths of its test files that leave their process as it was, and ask nothing of it
 */
export function filesTogether(folder: string): readonly string[] {
  return ['src', 'test']
    .map((part) => join(folder, part))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)))
    .filter((file) => file.endsWith('.test.ts') && !long.test(relative(folder, file)))
    .filter((file) => {
      const text = readFileSync(file, 'utf8');
      return !outlives.test(text) && !looks.test(text);
    })
    .toSorted();
}
