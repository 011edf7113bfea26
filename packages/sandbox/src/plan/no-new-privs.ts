import type { support as capsSupport } from '@sb/caps';
import { deniedClause, type FeatureReport } from '@sb/core';
import type { support as privdropSupport } from '@sb/privdrop';

import { sandboxError } from '../errors.js';
import { noLauncher } from './process-features.js';

const setNoNewPrivs = 'prctl(PR_SET_NO_NEW_PRIVS)';

/** What this process can do. */
interface Situation {
  readonly launcher: boolean;
  readonly privdrop: ReturnType<typeof privdropSupport>;
  readonly caps: ReturnType<typeof capsSupport>;
}

/**
 * The launcher needs it at every level: Landlock and the filter both require it.
 *
 * @throws SandboxError `not-permitted` if an earlier filter denies it
 */
export function noNewPrivs({ launcher, privdrop, caps }: Situation): FeatureReport {
  const line = { layer: 'caps', feature: 'no_new_privs' };
  if (!launcher) return { ...line, state: 'unsupported', reason: noLauncher };
  const isSet = privdrop.state === 'available' && privdrop.noNewPrivs === 'already';
  if (isSet) return { ...line, state: 'already' };
  const denied = caps.state === 'available' ? caps.denied?.find(({ call }) => call === setNoNewPrivs) : undefined;
  if (denied === undefined) return { ...line, state: 'enforced' };
  throw sandboxError('not-permitted', 'plan', {
    what: `${deniedClause(denied)}, and every sandbox needs it`,
    hint: 'Let that filter allow prctl, or set no_new_privs before it is loaded. Nothing was changed.',
    syscall: 'prctl',
  });
}
