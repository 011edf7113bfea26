/**
 * What tells Node, its OpenSSL, ICU or libuv to load code or data, to trust others, or to write files (node(1),
 * openssl-env(7ssl), u_setDataDirectory of ICU). The same list: native/node.c.
 */
const pattern = /^(?:(?:NODE|OPENSSL|ICU|UV|SSL_CERT)_|(?:CTLOG_FILE|SSLKEYLOGFILE|QLOGDIR)$)/;

/**
 * Takes Node's own variables out of the environment. They were the caller's, who may be another user than this process
 * is (`sudo -E`): what we start shall not heed them. For this process itself the starter has done it; where that isn't
 * used, Node has heeded them before its first line.
 */
export function forgetNodeVariables(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(environment)) if (pattern.test(name)) delete environment[name];
}
