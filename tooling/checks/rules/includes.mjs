// C includes downwards only: a layer's C includes its own headers and those of packages/native; only the launcher, which
// applies every layer, includes layers. What a test includes is its own business.
// @ts-check
import { posix } from 'node:path';

/** Everything that is compiled into something that is shipped or run beside it. */
const shipped = /^(?:packages|apps)\/([^/]+)\/(?:native\/)?(?:[^/]+\/)*[^/]+\.[ch]$/;
const launcher = 'packages/sandbox/native/launcher/';
const shared = 'packages/native/';

/** @type {import('../tree.mjs').Rule} */
export function includes(tree) {
  return tree.files
    .filter((file) => shipped.test(file) && !/^[^/]+\/[^/]+\/(?:test|bench)\//.test(file))
    .flatMap((file) =>
      [...tree.text(file).matchAll(/^[ \t]*#[ \t]*(?:include|import|embed)[ \t]+"([^"]+)"/gm)].flatMap(
        ([, target = '']) => problemWith(tree, file, target),
      ),
    );
}

/** @type {(tree: import('../tree.mjs').Tree, file: string, target: string) => readonly string[]} */
function problemWith(tree, file, target) {
  const beside = posix.join(posix.dirname(file), target);
  const own = /^[^/]+\/[^/]+\//.exec(file)?.[0] ?? '';
  // As the compiler looks: beside the file, then in packages/native.
  const found = tree.has(beside) ? beside : posix.join(shared, target);
  if (!tree.has(found)) return [`${file}: includes "${target}", which is neither beside it nor in packages/native`];
  if (found.startsWith(own) || found.startsWith(shared)) return [];
  if (file.startsWith(launcher) && /^packages\/[^/]+\/native\//.test(found)) return [];
  return [`${file}: includes "${target}" of another package; only the launcher includes layers`];
}
