import { fileURLToPath } from 'node:url';

/** The kernel's answer to one attempt of the probe. */
export interface ProbeResult {
  readonly operation: string;
  /** `OK`, or the name of the errno. */
  readonly outcome: string;
}

/** Path of the probe's program for this machine. */
export function probePath(): string {
  return fileURLToPath(new URL(`../prebuilds/${process.platform}-${process.arch}/probe`, import.meta.url));
}

/** Returns arguments that attempt several operations in order, in one process. */
export function probeArguments(operations: readonly (readonly (string | number)[])[]): string[] {
  return operations.flatMap((operation, index) => [...(index === 0 ? [] : ['+']), ...operation.map(String)]);
}

/**
 * Reads the probe's output.
 *
 * @param output - its standard output, with one line for each attempt
 * @param expected - the number of requested attempts
 * @throws Error if an attempt was not reported: then it proves nothing
 */
export function parseProbe(output: string, expected: number): readonly ProbeResult[] {
  const results = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ProbeResult => {
      const [operation, errno, outcome, ...rest] = line.split(' ');
      if (operation === undefined || errno === undefined || outcome === undefined || rest.length > 0) {
        throw new Error(`the probe printed ${JSON.stringify(line)}`);
      }
      return { operation, outcome };
    });
  if (results.length !== expected)
    throw new Error(`the probe reported ${results.length} of ${expected} attempts: ${output}`);
  return results;
}
