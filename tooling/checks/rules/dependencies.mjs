// Dependencies are pinned: what is installed tomorrow is what was tested today. Packages of this project are those of the same
// tree: any version for development, and for what is published a range, which publishable.mjs looks at.
// @ts-check

const exact = /^(?:npm:(?:@[^@/]+\/)?[^@/]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const ofTheTree = /^(?:\*|\d+\.\d+\.\d+|\^\d+\.\d+\.\d+)$/;

/** @type {import('../tree.mjs').Rule} */
export function dependencies(tree) {
  const files = tree.files.filter((file) => /(?:^|\/)package\.json$/.test(file));
  const own = new Set(files.map((file) => JSON.parse(tree.text(file)).name));
  return files.flatMap((file) => {
    const manifest = JSON.parse(tree.text(file));
    const kinds = /** @type {const} */ (['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']);
    return kinds.flatMap((kind) =>
      Object.entries(manifest[kind] ?? {})
        .filter(([name, version]) => typeof version !== 'string' || !(own.has(name) ? ofTheTree : exact).test(version))
        .map(([name, version]) => `${file}: ${kind} has ${name} ${JSON.stringify(version)}; pin one version`),
    );
  });
}
