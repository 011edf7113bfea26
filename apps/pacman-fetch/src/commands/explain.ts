import { loadConfiguration } from '../config/configuration.js';
import { serverProblems } from '../download/server-problems.js';
import { exitStatus } from '../errors.js';
import { explanationText } from '../explain/explanation.js';
import { explainPlan } from '../explain/plan.js';
import { charsetOf } from '../ui/environment.js';
import { printMessage } from '../ui/print-message.js';
import type { Subcommand } from '../options/command.js';

/** `pacman-fetch explain`: describes the plan in plain words. */
export const explain: Subcommand = {
  about: `Describes the sandbox of a download on one screen: its user, and what it may
read, write, connect to and call. Names what cannot be enforced here. It starts
nothing. Exit status: 0, 2 configuration, 3 nothing would be downloaded.`,
  options: {
    config: { short: 'c', value: 'FILE', about: 'pacman.conf to read (/etc/pacman.conf)', names: 'file' },
    verbose: { short: 'v', about: 'name every path; also for -o and an XferCommand' },
  },
  async run({ values, switches }) {
    const configuration = await loadConfiguration({ config: values.get('config') });
    for (const text of configuration.warnings) printMessage('warning', { text });
    for (const problem of serverProblems(configuration)) printMessage('warning', problem);
    const isWhole = switches.has('verbose');
    const parts = explainPlan(configuration, process.env, isWhole);
    process.stdout.write(explanationText(parts, charsetOf(process.env), isWhole));
    if (!isWhole) process.stdout.write('"pacman-fetch explain --verbose" names every path.\n');
    return parts.every(({ isPossible }) => isPossible) ? exitStatus.done : exitStatus.sandbox;
  },
};
