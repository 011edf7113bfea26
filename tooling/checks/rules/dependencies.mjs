// Dependencies are pinned: what is installed tomorrow is what was tested today.
// @ts-check

const exact = /^(?:npm:(?:@[^@/]+\/)?[^@/]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** @type {import('../tree.mjs').Rule} */
export function dependencies(tree) {
  return tree.files
    .filter((file) => /(?:^|\/)package\.json$/.test(file))
    .flatMap((file) => {
      const manifest = JSON.parse(tree.text(file));
      const kinds = /** @type {const} */ (['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']);
      return kinds.flatMap((kind) =>
        Object.entries(manifest[kind] ?? {})
          .filter(([, version]) => typeof version !== 'string' || !exact.test(version))
          .map(([name, version]) => `${file}: ${kind} has ${name} ${JSON.stringify(version)}; pin one version`),
      );
    });
}
