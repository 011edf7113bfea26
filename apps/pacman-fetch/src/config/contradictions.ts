import type { OwnName } from './own-directives.js';
import type { OwnValues } from './own-reader.js';
import type { Problem } from './problem.js';

/** The directives that can require a layer. */
const layers = ['SandboxUserSwitch', 'SandboxCapabilities', 'SandboxFilesystem', 'SandboxSyscalls'] as const;

/**
 * Finds layers that are required while `UseSandbox = no` switches all of them off. The reader of that
 * line would believe that the layer is in force.
 */
export function contradictions(own: OwnValues): readonly Problem[] {
  const first = (name: OwnName) => own.get(name)?.[0];
  if (first('UseSandbox')?.text !== 'no') return [];
  return layers.flatMap((name) => {
    const value = first(name);
    if (value?.text !== 'require') return [];
    return {
      place: value.origin.kind === 'file' ? value.origin : undefined,
      what: `${name} = require contradicts "UseSandbox = no", which switches every layer off`,
      hint: 'Remove one of the two lines.',
    };
  });
}
