import { lookupUser, type PrivdropPolicy, environmentOf } from '@sb/privdrop';

/** The path where none is given. */
export const defaultPath = '/usr/local/bin:/usr/bin:/bin';

/** What a child may inherit: how it talks to people. LD_*, NODE_OPTIONS, tokens and proxies are not here. */
const inherited = /^(?:TERM|COLORTERM|NO_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ)$/;

/**
 * The environment of a sandbox that names none: PATH, HOME, USER, LOGNAME and SHELL of who the child is, terminal and
 * locale.
 *
 * @param user - whom the child becomes; undefined where it stays who we are
 * @param base - where terminal and locale come from. Default: `process.env`
 * @see environ(7)
 */
export function defaultEnvironment(
  user: PrivdropPolicy | undefined,
  base: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  if (user !== undefined) return environmentOf(user, {}, base);
  const kept = Object.entries(base).filter(([name, value]) => value !== undefined && inherited.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), PATH: defaultPath, ...ownIdentity() };
}

function ownIdentity(): Record<string, string> {
  const uid = process.geteuid?.() ?? 0;
  const { name = String(uid), home, shell } = lookupUser({ user: uid, group: process.getegid?.() ?? 0, groups: [] });
  return { HOME: home, USER: name, LOGNAME: name, SHELL: shell };
}
