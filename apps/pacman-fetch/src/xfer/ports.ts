/** What names a proxy for a command: curl's and wget's own variables. */
export const proxyVariables = ['http_proxy', 'https_proxy', 'all_proxy', 'HTTPS_PROXY', 'ALL_PROXY'] as const;

/** Those that mirrors redirect to, and proxies of wget that name none. */
const always = [80, 443] as const;

/** Ports of URLs that name none, beside those above. */
const schemePorts: Readonly<Record<string, number>> = { 'ftp:': 21, 'rsync:': 873 };

/** The port of a proxy that names none, for curl (curl(1), "--proxy"). */
const proxyPort = 1080;

/**
 * The TCP ports that an XferCommand may connect to: 80 and 443, those of its URLs, and those of the proxies that it is
 * told of, of whatever kind they are.
 *
 * @param urls - what it is to download
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

/** One without a scheme is an http one. */
function proxyPortOf(text: string): readonly number[] {
  const full = text.includes('://') ? text : `http://${text}`;
  return text !== '' && URL.canParse(full) ? [portOf(full) ?? proxyPort] : [];
}
