import { lookAtLink } from '@sb/files';

/** Permissions of a directory in which others than its owner put links. */
const othersWrite = 0o022;

/**
 * Returns the first symbolic link in the text of a path that others than root may have put there. The launcher follows it only
 * if nothing is gained by its target (native/open_path.h of `@sb/landlock`). Who may have put it there depends on all rules. An
 * answer about the policy alone cannot say that. Links behind that one are not looked for.
 *
 * @param path - absolute
 * @returns undefined without such a link, and if a name cannot be examined
 */
export function placedLink(path: string): string | undefined {
  const names = path.split('/').filter((name) => name !== '');
  let isOpen = false;
  for (const [index] of names.entries()) {
    const at = `/${names.slice(0, index + 1).join('/')}`;
    const status = examined(at);
    if (status === undefined) return undefined;
    if (status.isSymbolicLink()) return isOpen || status.uid !== 0 ? at : undefined;
    isOpen = status.uid !== 0 || (status.mode & othersWrite) !== 0;
  }
  return undefined;
}

function examined(path: string): ReturnType<typeof lookAtLink> {
  try {
    return lookAtLink(path);
  } catch {
    return undefined;
  }
}
