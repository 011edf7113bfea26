/**
 * Codes that every layer may use. A layer adds its own (see each package's `errors.ts`).
 *
 * - `unsupported-platform`: this operating system or architecture has no such feature.
 * - `unsupported-kernel`: the operating system has it, this kernel (or its configuration) does not.
 * - `invalid-policy`: the options contradict themselves or can have no effect.
 * - `not-permitted`: this process lacks the right to do it.
 * - `syscall-failed`: a system call failed for a reason without a separate code.
 * - `verification-failed`: what was read back is not what was asked for. The process is in an unknown state: end it.
 * - `prebuild-missing`: the package's native part was not found or could not be loaded.
 */
export type CommonErrorCode =
  | 'unsupported-platform'
  | 'unsupported-kernel'
  | 'invalid-policy'
  | 'not-permitted'
  | 'syscall-failed'
  | 'verification-failed'
  | 'prebuild-missing';

/** The fields of a {@link SandboxError}. */
export interface SandboxErrorFields<Code extends string = string> {
  /** Stable, machine-readable cause. */
  readonly code: Code;
  /** The layer that failed: `privdrop`, `caps`, `landlock`, `seccomp`, `sandbox`, `core` … */
  readonly layer: string;
  /** The step within the layer, by the name its documentation uses, for instance `setresuid`. */
  readonly step: string;
  /** What went wrong, as a clause without a full stop. Default: made from `syscall`, `path` and `errno`. */
  readonly what?: string | undefined;
  /** The system call that failed. */
  readonly syscall?: string | undefined;
  /** Its error by name, for instance `EPERM`. */
  readonly errno?: string | undefined;
  /** The file that it concerns. */
  readonly path?: string | undefined;
  /** What the reader can do about it: one sentence or two, with full stops. */
  readonly hint?: string | undefined;
  /** The error underneath. */
  readonly cause?: unknown;
}

/** What a layer adds to code, layer and step: always the reason and the remedy. */
export type ErrorDetails = Omit<SandboxErrorFields, 'code' | 'layer' | 'step' | 'what' | 'hint'> & {
  readonly what: string;
  readonly hint: string;
};

/**
 * The error class of every package.
 *
 * The message says what failed, on what, why and what to do, for instance
 * `landlock: landlock_add_rule("/srv/cache") failed: ENOENT. Create the directory or mark the rule optional.`
 */
export class SandboxError<Code extends string = string> extends Error {
  override readonly name = 'SandboxError';
  readonly code: Code;
  readonly layer: string;
  readonly step: string;
  readonly syscall: string | undefined;
  readonly errno: string | undefined;
  readonly path: string | undefined;
  readonly hint: string | undefined;

  constructor(fields: SandboxErrorFields<Code>) {
    super(messageOf(fields), fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.layer = fields.layer;
    this.step = fields.step;
    this.syscall = fields.syscall;
    this.errno = fields.errno;
    this.path = fields.path;
    this.hint = fields.hint;
  }

  /** The fields as plain data, for a report or for another process. */
  toJSON(): SandboxErrorFields<Code> & { readonly message: string } {
    const { code, layer, step, syscall, errno, path, hint, message } = this;
    return { code, layer, step, syscall, errno, path, hint, message };
  }
}

function messageOf(fields: SandboxErrorFields): string {
  const what = fields.what ?? failedCall(fields) ?? `${fields.step} failed`;
  return `${fields.layer}: ${what}.${fields.hint === undefined ? '' : ` ${fields.hint}`}`;
}

function failedCall({ syscall, path, errno }: SandboxErrorFields): string | undefined {
  if (syscall === undefined) return undefined;
  const argument = path === undefined ? '' : `(${JSON.stringify(path)})`;
  return `${syscall}${argument} failed${errno === undefined ? '' : `: ${errno}`}`;
}

/**
 * Returns what failed and why, as a clause: the message without the remedy, which is in `hint`.
 *
 * @param error - a {@link SandboxError}, also from another copy of this package
 */
export function clauseOf({ message, hint }: Pick<SandboxError, 'message' | 'hint'>): string {
  const end = hint !== undefined && message.endsWith(hint) ? message.slice(0, -hint.length).trim() : message;
  return end.replace(/\.$/, '');
}

/**
 * Returns whether a value is a {@link SandboxError}, also if it comes from another copy of this package.
 *
 * @param value - any value, usually a caught one
 */
export function isSandboxError(value: unknown): value is SandboxError {
  return value instanceof Error && value.name === 'SandboxError' && 'layer' in value;
}
