import { lookupUser, type PrivdropPolicy, environmentOf } from '@sb/privdrop';

/** The default of PATH. */
export const defaultPath = '/usr/local/bin:/usr/bin:/bin';

/**
 * What a child may inherit: variables about terminal and language. LD_*, NODE_OPTIONS, tokens and proxies are not among
 * them.
 */
const inherited = /^(?:TERM|COLORTERM|NO_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ)$/;

/**
 * Returns the default environment: PATH, HOME, USER, LOGNAME and SHELL of the child's user, terminal and locale. If the
 * user stays the same, PATH and HOME are those of `base`, since the user's programs are there: those of a version
 * manager.
 *
 * @param user - the user of the child; undefined if it stays the same
 * @param base - has terminal and locale. Default: `process.env`
 * @see environ(7)
 */
export function defaultEnvironment(
  user: PrivdropPolicy | undefined,
  base: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  if (user !== undefined) return environmentOf(user, {}, base);
  const kept = Object.entries(base).filter(([name, value]) => value !== undefined && inherited.test(name));
  const { PATH = defaultPath, HOME } = base;
  const own = { ...(Object.fromEntries(kept) as Record<string, string>), PATH, ...ownIdentity() };
  return HOME === undefined ? own : { ...own, HOME };
}

function ownIdentity(): Record<string, string> {
  const uid = process.geteuid?.() ?? 0;
  const { name = String(uid), home, shell } = lookupUser({ user: uid, group: process.getegid?.() ?? 0, groups: [] });
  return { HOME: home, USER: name, LOGNAME: name, SHELL: shell };
}
