import type { SelfTestLine } from '@sb/sandbox';

/** What an attempt is called: its system call, or what was done to what. Files lie in one folder, whose name says nothing. */
export function attemptName({ feature, attempted }: Pick<SelfTestLine, 'feature' | 'attempted'>): string {
  return /^filter: (.*)$/.exec(feature)?.[1] ?? attempted.replace(/\/\S*\//, '.../');
}
