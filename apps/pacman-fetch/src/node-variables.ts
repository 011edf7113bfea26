/**
 * Variables by which Node, its OpenSSL, ICU or libuv load code or data, trust other certificates, or write files
 * (node(1), openssl-env(7ssl), u_setDataDirectory of ICU). The same list: native/node.c.
 */
const pattern = /^(?:(?:NODE|OPENSSL|ICU|UV|SSL_CERT)_|(?:CTLOG_FILE|SSLKEYLOGFILE|QLOGDIR)$)/;

/**
 * Removes Node's variables from the environment. They are the caller's, who may be another user than this process
 * (`sudo -E`), and programs that this process starts must not obey them. For this process the starter has removed them.
 * Without the starter, Node has obeyed them before its first line.
 */
export function forgetNodeVariables(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(environment)) if (pattern.test(name)) delete environment[name];
}
