/**
 * Where a path of a configuration is, in a system whose root lies elsewhere (`--sysroot`).
 *
 * @param sysroot - that root; undefined: ours
 * @param path - from its root, also without the slash in front
 */
export function underSystemRoot(sysroot: string | undefined, path: string): string {
  if (sysroot === undefined) return path;
  return `${sysroot}${sysroot.endsWith('/') ? '' : '/'}${path.replace(/^\/+/, '')}`;
}
