import type { SandboxOptions } from '../policy/options.js';
import type { Arguments } from './arguments.js';
import { fileOptions, portOptions } from './landlock.js';
import type { OptionName } from './options.js';
import { misuse } from './usage-error.js';

/** The options that configure a layer, or a part of one. */
const optionsOf: Readonly<Record<string, readonly OptionName[]>> = {
  privdrop: ['user', 'groups'],
  caps: ['caps'],
  'landlock.fs': [...fileOptions, 'profile'],
  'landlock.net': portOptions,
  'landlock.scope': ['scope'],
  seccomp: ['seccomp', 'deny', 'allow', 'unix', 'ipc'],
};

/**
 * Refuses a command line that configures something that is off, in the command line itself or in the policy file:
 * nobody would notice that it is not in force. The command line may switch off what a file configures.
 *
 * @param off - what is off, from both
 * @throws UsageError
 */
export function refuseTakenBack(args: Arguments, off: SandboxOptions['off'] = []): void {
  for (const name of off) {
    const option = optionUnder(args, name);
    if (option === undefined) continue;
    if (args.list('off').includes(name)) {
      misuse(`--off ${name} switches off what --${option} configures`, 'Leave one of the two out.');
    }
    const hint = `Leave --${option} out, or add --require ${name}.`;
    misuse(`the policy file switches off ${name}, which --${option} configures`, hint);
  }
}

/** A given option that configures something that is off. */
function optionUnder(args: Arguments, off: string): OptionName | undefined {
  return (
    Object.entries(optionsOf)
      // One set of capabilities may stay unchanged beside the others.
      .filter(([part]) => isWithin(part, off) || (part !== 'caps' && isWithin(off, part)))
      .flatMap(([, options]) => options)
      .find((name) => args.has(name) && !args.all(name).includes('off'))
  );
}

function isWithin(part: string, whole: string): boolean {
  return part === whole || part.startsWith(`${whole}.`);
}
