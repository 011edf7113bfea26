/** A reason that stands behind the name of its server: naming that once is enough. */
export function withoutHost(reason: string, host: string): string {
  if (reason.startsWith(`${host}: `)) return reason.slice(host.length + 2);
  if (reason.startsWith(`${host} `)) return `The server${reason.slice(host.length)}`;
  return reason.replace(` to ${host}`, '').replace(` with ${host}`, '');
}
