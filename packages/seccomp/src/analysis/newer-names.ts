/** Names of calls that the tables have and libseccomp 2.6.0 does not: an engine with it skips them, or a setting of them. */
const names: ReadonlySet<string> = new Set(
  'fchroot file_getattr file_setattr listns open_tree_attr rseq_slice_yield uprobe'.split(' '),
);

/** Whether an engine whose libseccomp is 2.6.0 skips a name that this package knows. */
export const isNewer = (name: string): boolean => names.has(name);

/** What is said of such a name. */
export const newerNote = (name: string): string => `${name} is newer than libseccomp 2.6.0, which skips it`;
