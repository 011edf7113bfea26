/**
 * Names of packages and databases: `.db` and `.files` are pacman's for databases. A name without one of them, such as a
 * number that a content network has for it, says nothing of where its signature is.
 */
const telling = /\.(?:pkg|db|files)/;

/**
 * Where the signature of a file is, by pacman's rule: beside the file that was found in the end, if that is still named
 * like a package or a database; beside the one that was asked for otherwise. The suffix goes behind the path, before any
 * query.
 *
 * @param original - what was asked for
 * @param effective - what answered, after redirects
 * @param suffix - for instance `.sig`
 */
export function signatureUrl(original: URL, effective: URL, suffix: string): URL {
  const name = effective.pathname.slice(effective.pathname.lastIndexOf('/') + 1);
  const url = new URL(telling.test(name) ? effective : original);
  url.pathname += suffix;
  // Redirects lose the credentials; they are for their own origin.
  if (url.protocol !== 'file:' && url.origin === original.origin) {
    url.username = original.username;
    url.password = original.password;
  }
  return url;
}
