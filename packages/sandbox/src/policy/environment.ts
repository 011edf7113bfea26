import { lookupUser, type PrivdropPolicy, environmentOf } from '@sb/privdrop';

/** The path where none is given. */
export const defaultPath = '/usr/local/bin:/usr/bin:/bin';

/** What a child may inherit: how it talks to people. LD_*, NODE_OPTIONS, tokens and proxies are not here. */
const inherited = /^(?:TERM|COLORTERM|NO_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ)$/;

/**
 * The environment of a sandbox that names none: PATH, HOME, USER, LOGNAME and SHELL of who the child is, terminal and
 * locale. Who stays has PATH and HOME of `base`, since that is where his programs are found: those of a version manager.
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
  const { PATH = defaultPath, HOME } = base;
  const own = { ...(Object.fromEntries(kept) as Record<string, string>), PATH, ...ownIdentity() };
  return HOME === undefined ? own : { ...own, HOME };
}

function ownIdentity(): Record<string, string> {
  const uid = process.geteuid?.() ?? 0;
  const { name = String(uid), home, shell } = lookupUser({ user: uid, group: process.getegid?.() ?? 0, groups: [] });
  return { HOME: home, USER: name, LOGNAME: name, SHELL: shell };
}
