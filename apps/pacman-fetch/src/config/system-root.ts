/**
 * Returns where a path of a configuration is in a system with another root (`--sysroot`).
 *
 * @param sysroot - that root; undefined: the root of this process
 * @param path - from its root, also without the leading slash
 */
export function underSystemRoot(sysroot: string | undefined, path: string): string {
  if (sysroot === undefined) return path;
  return `${sysroot}${sysroot.endsWith('/') ? '' : '/'}${path.replace(/^\/+/, '')}`;
}
