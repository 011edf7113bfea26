/** The filter that runc loads before that of a profile. */
import type { Case } from '../exact/policy-cases.js';
import type { Action } from '../policy/actions.js';
import { type Architecture, architectures } from '../tables/architectures.js';
import { syscallNumber, syscallTable } from '../tables/syscalls.js';
import type { OciProfile } from './oci-keys.js';
import type { Unsaid } from './unsaid.js';

interface Stub {
  readonly profile: OciProfile;
  readonly listed: readonly Architecture[];
  readonly stub: Action;
  readonly unsaid: Unsaid[];
}

/** Adds the rule that runc puts before the filter: numbers above all those of the profile fail with `ENOSYS`. */
export function addStub(calls: Map<string, Case>, { profile, listed, stub, unsaid }: Stub): void {
  const named = new Set((profile.syscalls ?? []).flatMap((entry) => entry.names).filter((name) => calls.has(name)));
  const lasts = new Map(
    listed.map((one) => [one, Math.max(-1, ...[...named].map((name) => syscallNumber(name, one) ?? -1))] as const),
  );
  const isAbove = (name: string, architecture: Architecture) => {
    const number = syscallNumber(name, architecture);
    return number === undefined ? undefined : number > (lasts.get(architecture) ?? -1);
  };
  const onSome: string[] = [];
  for (const name of calls.keys()) {
    const above = new Set(listed.map((one) => isAbove(name, one)).filter((one) => one !== undefined));
    if (above.size > 1) onSome.push(name);
    if (above.size === 1 && above.has(true)) calls.set(name, { rules: [], otherwise: stub });
  }
  if (onSome.length > 0) {
    const what = `above the profile's calls on some architectures only, and fail with ENOSYS on these: ${onSome.join(', ')}`;
    unsaid.push({ path: '(stub)', what: `${onSome.length} calls have numbers ${what}` });
  }
  const hasGap = [...lasts].some(([one, last]) => {
    const { x32 = Infinity } = architectures[one];
    return (
      last < x32 &&
      Array.from({ length: last + 1 }, (_, number) => number).some((number) => !syscallTable(one).has(number))
    );
  });
  if (hasGap)
    unsaid.push({
      path: '(number)',
      what: 'numbers without a name below the last call get the default there, ENOSYS here',
    });
}
