import { asciiJson } from '@sb/core';

import { diagnosisText, type Extent } from '../doctor/diagnosis-text.js';
import { doctorStatus } from '../doctor/diagnosis.js';
import { examine } from '../doctor/examine.js';
import { serverProblems } from '../download/server-problems.js';
import { proxyProblem } from '../explain/proxy-problem.js';
import { charsetOf, wantsColor } from '../ui/environment.js';
import type { Subcommand } from '../options/command.js';

/** `pacman-fetch doctor`: reports what this machine can enforce. */
export const doctor: Subcommand = {
  about: `Attempts, in the sandbox, what the sandbox forbids. Prints a verdict, cause and
remedy of everything missing, and what is in force. As root it also makes and
removes an empty directory in each CacheDir and in that of the databases.
Exit status: 0 full, 1 partial, 2 usage or configuration, 3 broken.`,
  options: {
    config: { short: 'c', value: 'FILE', about: 'pacman.conf to read (/etc/pacman.conf)', names: 'file' },
    verbose: { short: 'v', about: 'list each attempt, and its result without sandbox' },
    quiet: { short: 'q', about: 'only the verdict, in one line' },
    json: { about: 'the same as one JSON document' },
  },
  async run({ values, switches }) {
    const diagnosis = await examine(values.get('config') ?? '/etc/pacman.conf', (configuration) => [
      ...serverProblems(configuration),
      ...proxyProblem(configuration, process.env),
    ]);
    const { env, stdout } = process;
    const style = { color: wantsColor('auto', stdout.isTTY, env), charset: charsetOf(env) };
    stdout.write(
      switches.has('json') ? `${asciiJson(diagnosis, 2)}\n` : diagnosisText(diagnosis, extentOf(switches), style),
    );
    return doctorStatus[diagnosis.verdict];
  },
};

function extentOf(switches: ReadonlySet<string>): Extent {
  if (switches.has('quiet')) return 'verdict';
  return switches.has('verbose') ? 'whole' : 'summary';
}
