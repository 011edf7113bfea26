/** What servers are told of us: what the environment says, if a header field may hold it (RFC 9110, 5.5). */
export function userAgent(): string {
  const given = process.env['HTTP_USER_AGENT'];
  return given !== undefined && /^[\x20-\x7E]{1,256}$/.test(given) ? given : 'pacman-fetch/0.1';
}
