/** Names of a layer's features, for people. Many features of Landlock for files are shown as a count. */
export function featureNames(names: readonly string[]): readonly string[] {
  const files = names.filter((name) => name.startsWith('fs.'));
  if (files.length < 4) return names;
  return [`fs.* (${files.length})`, ...names.filter((name) => !name.startsWith('fs.'))];
}
