import { text } from 'node:stream/consumers';

import type { SandboxedProcess, SandboxOptions, SandboxReport } from '@sb/sandbox';
import type { SeccompOptions } from '@sb/seccomp';
import { fixtureJson, type FixtureOptions } from '@sb/test-kit';

/** What a program in a sandbox came to, as told by the process that started it. */
export interface Started {
  readonly report?: SandboxReport;
  readonly error?: { readonly code: string; readonly layer: string; readonly step: string; readonly message: string };
  readonly stdout?: string;
  readonly stderr?: string;
  readonly status?: number | null;
  readonly signal?: string | null;
}

/** What is to be started. */
export interface StartRequest {
  readonly policy: SandboxOptions;
  readonly program: string;
  readonly args?: readonly string[];
  /** What the starting process takes itself for, where that is not what it is. */
  readonly platform?: string;
  /** System calls that fail with EPERM in the starting process and in what it starts. */
  readonly deny?: readonly string[];
  /** A filter that is over the starting process and over what it starts, as a container has one. */
  readonly above?: SeccompOptions;
}

const fixture = new URL('enforcement/fixtures/start.ts', import.meta.url);

/** Starts a program in a sandbox from a process of its own, which may be another user or in a container. */
export async function startIn(request: StartRequest, options: FixtureOptions = {}): Promise<Started> {
  return await fixtureJson<Started>(fixture, [JSON.stringify(request)], options);
}

/** Collects what a program in a sandbox of ours comes to. */
export async function collect(child: SandboxedProcess): Promise<Started> {
  const outcome: { -readonly [Key in keyof Started]: Started[Key] } = {};
  child.on('error', (error: Error) => {
    const { code, layer, step } = error as Error & NonNullable<Started['error']>;
    outcome.error = { code, layer, step, message: error.message };
  });
  const [[status, signal], stdout, stderr] = await Promise.all([
    new Promise<readonly [number | null, string | null]>((resolve) => {
      child.once('close', (...how) => resolve(how));
    }),
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
  ]);
  const report = await child.enforcement.catch(() => undefined);
  return { ...outcome, ...(report === undefined ? {} : { report }), stdout, stderr, status, signal };
}

/** The states of a report, as `LAYER.FEATURE`. */
export function states(report: SandboxReport | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(report?.features.map(({ layer, feature, state }) => [`${layer}.${feature}`, state]) ?? []);
}
