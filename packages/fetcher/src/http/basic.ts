/**
 * Returns the credentials of a URL in the form of HTTP (RFC 7617).
 *
 * @returns the value of an Authorization or Proxy-Authorization field; undefined if the URL has none
 */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const plain = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(plain).toString('base64')}`;
}

/** Percent-decodes text of a URL; returns it unchanged if the encoding is invalid. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
