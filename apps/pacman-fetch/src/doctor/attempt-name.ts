import type { SelfTestLine } from '@sb/sandbox';

/**
 * Returns the name of an attempt: its system call, or the operation and its file. All files are in one directory, whose
 * name is left out.
 */
export function attemptName({ feature, attempted }: Pick<SelfTestLine, 'feature' | 'attempted'>): string {
  return /^filter: (.*)$/.exec(feature)?.[1] ?? attempted.replace(/\/\S*\//, '.../');
}
