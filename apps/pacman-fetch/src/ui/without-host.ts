/** Beginnings of reasons that repeat the name of the server, and the same beginnings without it. */
const beginnings = [
  ['Could not connect to ', 'Could not connect'],
  ['Connection to ', 'Connection'],
  ['TLS with ', 'TLS'],
  ['The request to ', 'The request'],
  ['the file on ', 'the file'],
] as const;

/** Removes the name of the server from a reason, since it stands before the reason already. */
export function withoutHost(reason: string, host: string): string {
  if (reason.startsWith(`${host}: `)) return reason.slice(host.length + 2);
  if (reason.startsWith(`${host} `)) return `The server${reason.slice(host.length)}`;
  const name = host.replace(/:\d+$/, '');
  if (reason.startsWith(`Could not resolve host: ${name}`)) {
    return `Its name is not known to any name server${reason.slice(`Could not resolve host: ${name}`.length)}`;
  }
  for (const [before, after] of beginnings) {
    if (reason.startsWith(`${before}${host}`)) return `${after}${reason.slice(before.length + host.length)}`;
  }
  return reason;
}
