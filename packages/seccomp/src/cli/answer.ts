/** The result of a command: text, data, and an exit status. */
export interface Answer {
  readonly text: string;
  readonly data: unknown;
  /** 0 for yes, 1 for no. */
  readonly status: 0 | 1;
  /** What is said beside it, on standard error. */
  readonly notes?: readonly string[];
}

/** An answer as JSON; numbers of 64 bits are hexadecimal digits after `0x`, as in policies. */
export function jsonOf({ data }: Answer): string {
  const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value);
  return `${JSON.stringify(data, plain, 2)}\n`;
}
