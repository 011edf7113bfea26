/**
 * Names of packages and databases: `.db` and `.files` are pacman's for databases. A name without one of these, for
 * instance a number from a content network, does not show where the signature is.
 */
const telling = /\.(?:pkg|db|files)/;

/**
 * Returns the URL of a file's signature, by pacman's rule. It is beside the final URL, if that still has the name of a
 * package or a database. Otherwise it is beside the requested URL. The suffix is appended to the path, before any
 * query.
 *
 * @param original - the requested URL
 * @param effective - the URL that answered, after redirects
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
