/** What tells Node or its OpenSSL to load code, to trust others, or to write files (node(1), config(5ssl)). */
const pattern = /^(?:NODE|OPENSSL)_/;

/**
 * Takes Node's own variables out of the environment. They were the caller's, who may be another user than this process
 * is (`sudo -E`): what we start shall not heed them. For this process itself the starter has done it; where that isn't
 * used, Node has heeded them before its first line.
 */
export function forgetNodeVariables(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(environment)) if (pattern.test(name)) delete environment[name];
}
