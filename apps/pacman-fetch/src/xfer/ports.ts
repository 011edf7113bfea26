/** Variables that name proxies for a command: those of curl and wget. */
export const proxyVariables = ['http_proxy', 'https_proxy', 'all_proxy', 'HTTPS_PROXY', 'ALL_PROXY'] as const;

/** The ports that mirrors redirect to, and those of wget's proxies without a port. */
const always = [80, 443] as const;

/** Ports of URLs without a port, in addition to those above. */
const schemePorts: Readonly<Record<string, number>> = { 'ftp:': 21, 'rsync:': 873 };

/** The port of a proxy without a port, for curl (curl(1), "--proxy"). */
const proxyPort = 1080;

/**
 * Returns the TCP ports to which an XferCommand may connect: 80 and 443, those of its URLs, and those of the proxies in
 * its environment, of any kind.
 *
 * @param urls - to download
 * @param environment - for the proxies
 */
export function commandPorts(
  urls: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly number[] {
  const own = urls.flatMap((text) => portOf(text) ?? []);
  const proxies = proxyVariables.flatMap((name) => proxyPortOf(environment[name] ?? ''));
  return [...new Set([...always, ...own, ...proxies])].sort((a, b) => a - b);
}

function portOf(text: string): number | undefined {
  if (!URL.canParse(text)) return undefined;
  const { port, protocol } = new URL(text);
  return port === '' ? schemePorts[protocol] : Number(port);
}

/** A proxy without a scheme is an http proxy. */
function proxyPortOf(text: string): readonly number[] {
  const full = text.includes('://') ? text : `http://${text}`;
  return text !== '' && URL.canParse(full) ? [portOf(full) ?? proxyPort] : [];
}
