import type { SeccompOptions } from '@sb/seccomp';
import { compileFixture } from '@sb/test-kit';

let fixture: string | undefined;

/** Starts a program beneath a filter, as a container or another kernel has one. */
export function beneath(filter: SeccompOptions): readonly string[] {
  fixture ??= compileFixture(new URL('beneath.ts', import.meta.url));
  return [process.execPath, fixture, JSON.stringify(filter)];
}
