import { refuse } from '../errors.js';
import { partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import { toBwrap } from './bwrap.js';
import { toDocker } from './docker.js';
import { type Exported, type ExportTarget, exportTargets, type Written } from './exported.js';
import { toKubernetes } from './kubernetes.js';
import { toOciConfig } from './oci.js';
import type { ExportSubject } from './subject.js';
import { toUnit } from './systemd.js';

export { topLinks } from './top-links.js';

const writers: Readonly<Record<ExportTarget, (subject: ExportSubject) => Written>> = {
  oci: toOciConfig,
  kubernetes: toKubernetes,
  systemd: toUnit,
  docker: toDocker,
  bwrap: toBwrap,
};

/**
 * Writes a sandbox for another engine. Pure.
 *
 * @throws SandboxError `invalid-policy` for another target; SeccompError `inexpressible`, `too-complex`
 */
export function exportSandbox(target: ExportTarget, subject: ExportSubject): Exported {
  if (!exportTargets.includes(target))
    refuse('target', `is not an engine: ${JSON.stringify(target)}`, `Use one of: ${exportTargets.join(', ')}.`);
  const { text, missing } = writers[target](subject);
  const { levels } = partsOf(subject.policy);
  return {
    text,
    missing: missing.map(({ feature, why, instead }) => {
      const required = levelOf(levels, feature) === 'require';
      return { feature, why, instead, required };
    }),
  };
}
