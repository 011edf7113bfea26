/**
 * The credentials of a URL as HTTP wants them (RFC 7617).
 *
 * @returns the value of an Authorization or Proxy-Authorization field; undefined if the URL has none
 */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const plain = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(plain).toString('base64')}`;
}

/** Percent-decoded text of a URL; as it is where it isn't encoded properly. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
