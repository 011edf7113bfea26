import { isObject, type Reader } from '@sb/core/document';

import type { SandboxedProcess } from './child/child.js';
import { argumentsReader, programReader } from './child/argument-documents.js';
import { documentPlace } from './errors.js';
import { newExecKey } from './filter/exec-once.js';
import { refuseUnstartable, usualStatus } from './filter/launcher-calls.js';
import { lookByAddon } from './look-by-addon.js';
import { layerPolicies, type LayerPolicies } from './plan/layers.js';
import type { SandboxPlan } from './plan/plan.js';
import { effectiveOf } from './policy/define.js';
import type { SandboxPolicy } from './policy/options.js';
import { Starter } from './starter.js';

/** The part of a sandbox that starts programs. `sb-run` loads nothing more of it for a run. */
export class Startable {
  readonly policy: SandboxPolicy;
  /** With the settings of its profile. */
  readonly effective: SandboxPolicy;
  readonly layers: LayerPolicies;
  /** Where relative paths begin, even if this process changes its directory later. */
  readonly folder = ownFolder();
  readonly starter: Starter;

  /** @throws SandboxError of the layers' own policies, for instance `unknown-user` */
  constructor(policy: SandboxPolicy) {
    lookByAddon();
    this.policy = policy;
    this.effective = effectiveOf(policy);
    const execKey = policy.execOnce === true ? newExecKey() : undefined;
    this.layers = layerPolicies(this.effective, { execKey, folder: this.folder });
    this.starter = new Starter(this.effective, this.layers, execKey);
  }

  /** As `spawn` of a sandbox, with the standard streams of this process, and without what sb-run does not use of a child process. */
  run(program: string, args: readonly string[], denials: boolean): SandboxedProcess {
    return this.starter.start(program, readCommand(program, args), { stdio: 'inherit', denials, plain: true });
  }

  /** As `plan` of a sandbox. */
  plan(): SandboxPlan {
    const { plan, filter } = this.starter.planned(this.layers);
    if (filter) refuseUnstartable(filter, usualStatus);
    return plan;
  }
}

/** Checks the arguments of a command: a text would be treated as a list of its letters. */
export function readCommand(program: unknown, args: unknown): readonly string[] {
  const place = documentPlace('command');
  programReader.read(program, place.key('program'));
  return argumentsReader.read(args, place.key('args'));
}

/** The arguments of a start. */
interface Given<Options> {
  readonly args: readonly string[];
  readonly options: Options;
}

/** Arguments may be left out if there are options: an object that is not a list is options. */
export function readStart<Options>(
  program: unknown,
  [first = [], second]: readonly unknown[],
  reader: Reader<Options>,
): Given<Options> {
  const [args, options = {}] = second === undefined && isObject(first) ? [[], first] : [first, second];
  return { args: readCommand(program, args), options: reader.read(options, documentPlace('options')) };
}

/** The working directory; empty if it has been removed, which only matters if it is needed. */
function ownFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}
