// Relative links of Markdown lead somewhere.
// @ts-check
import { posix } from 'node:path';

/** @type {import('../tree.mjs').Rule} */
export function links(tree) {
  const folders = new Set(tree.files.flatMap((file) => ancestors(file)));
  return tree.files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      // What stands in code is no link.
      const text = tree
        .text(file)
        .replaceAll(/^```.*?^```/gms, '')
        .replaceAll(/`[^`\n]*`/g, '');
      const targets = [
        ...[...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map(([, target = '']) => target),
        ...[...text.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?\s*$/gm)].map(([, target = '']) => target),
      ];
      return targets.flatMap((target) => problemWith(tree, folders, { file, target }) ?? []);
    });
}

/** @type {(tree: import('../tree.mjs').Tree, folders: ReadonlySet<string>, link: { file: string, target: string }) => string | undefined} */
function problemWith(tree, folders, { file, target }) {
  if (/^[a-z][a-z\d+.-]*:/i.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const found = path === '' ? file : posix.join(posix.dirname(file), decodeURI(path));
  const plain = found.replace(/\/$/, '');
  if (!tree.has(plain) && !folders.has(plain)) return `${file}: links to ${target}, which is not there`;
  if (anchor === undefined || !plain.endsWith('.md') || anchorsOf(tree.text(plain)).has(anchor)) return undefined;
  return `${file}: links to ${target}, which has no such heading`;
}

/** @param {string} file @returns {readonly string[]} the directories that it lies in */
function ancestors(file) {
  const folder = posix.dirname(file);
  return folder === '.' ? [folder] : [folder, ...ancestors(folder)];
}

/** As GitHub makes them of headings. @param {string} text */
function anchorsOf(text) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return new Set(
    [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+\s+(.+?)\s*#*$/gm)].map(([, heading = '']) => {
      const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const anchor = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    }),
  );
}
