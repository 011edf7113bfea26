import type { ReachedLimit } from '../child/reached-limits.js';
import type { SandboxPolicy } from '../policy/options.js';

/**
 * Says in plain words which limit a command has reached.
 *
 * @param reached - from its end
 * @param policy - whose limits they are
 */
export function limitText({ limit, ended }: ReachedLimit, { cgroup, rlimits }: SandboxPolicy): string {
  switch (limit) {
    case 'cgroup.memory':
      return `the limit of ${cgroup?.memory} bytes of memory ${ended ? 'ended the command' : 'ended processes of the command'} (--memory)`;
    case 'cgroup.pids':
      return `the command reached the limit of ${cgroup?.pids} ${cgroup?.pids === 1 ? 'process or thread' : 'processes and threads'} (--pids)`;
    case 'rlimit.cpu':
      return `the limit of ${rlimits?.cpu} ${rlimits?.cpu === 1 ? 'second' : 'seconds'} of processor time ended the command (--rlimit cpu)`;
    case 'rlimit.fsize':
      return `the limit of ${rlimits?.fsize} bytes for a file ended the command (--rlimit fsize)`;
  }
}
