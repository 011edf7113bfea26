/** The User-Agent for servers: the value of the environment, if a header field may contain it (RFC 9110, 5.5). */
export function userAgent(): string {
  const given = process.env['HTTP_USER_AGENT'];
  return given !== undefined && /^[\x20-\x7E]{1,256}$/.test(given) ? given : 'pacman-fetch/0.1';
}
