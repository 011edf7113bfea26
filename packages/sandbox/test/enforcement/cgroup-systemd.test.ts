/*
 * `systemd-run --user --scope`, as the messages advise it, under a real systemd of an ordinary user. Where the machine has no
 * controllers in cgroup v2, the reasons are compared; the guests of the kernel matrix have them.
 */
import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { cgroupSupport } from '../../src/cgroup/support.js';
import { sandboxSupport } from '../../src/plan/plan.js';
import { sbRunPath } from '../sb-run.js';
import { byUserManager } from '../user-manager.js';

const support = cgroupSupport();
const canLimit = support.state === 'available' && Object.keys(support.missing).length === 0;
const hasLandlock = sandboxSupport().landlock.abi > 0;

const sandbox = `${process.execPath} ${sbRunPath()} --fs read-only --prefer landlock`;
const forks = `import os
made = 0
end, own = os.pipe()
try:
  while made < 40:
    if os.fork() == 0: os.close(own); os.read(end, 1); os._exit(0)
    made += 1
except OSError as error: print(error.errno, made)
`;
const uses = 'print(len(b"x" * 200 * 2 ** 20))';

/** What becomes of a limit while another unit comes that needs a controller, and goes. */
const watched = (place: string) => `
sleep=$(cat ${place}/name)
cgroup=/sys/fs/cgroup$(sed -n s/^0:://p /proc/$sleep/cgroup)
systemd-run --quiet --user --scope -p CPUWeight=50 true
systemd-run --quiet --user --scope true
echo "cpu $(cat $cgroup/cpu.max)"
kill $sleep
`;

const script = (place: string) => `
scope() { systemd-run --quiet --user --scope "$@"; }
alone() { scope -p Delegate=yes ${sandbox} "$@"; }
echo "pids $(alone --pids 12 -- /usr/bin/python3 -c '${forks}' 2>&1)"
echo "memory $(alone --memory 64M -- /usr/bin/python3 -c '${uses}' 2>&1)"
echo "without $(scope ${sandbox} --cpu 50% -- /bin/true 2>&1)"
alone --cpu 50% -- /bin/sh -c 'echo $$; exec sleep 1000' >${place}/name 2>${place}/error &
starter=$!
while [ ! -s ${place}/name ] && kill -0 $starter 2>/dev/null; do sleep 0.1; done
if [ -s ${place}/name ]; then ${watched(place)}else echo "cpu $(cat ${place}/error)"
fi
wait
echo ended
`;

describe.skipIf(missing('root', 'linux', 'systemdAnalyze', 'unshare'))('limits under systemd --user', () => {
  it(
    'are enforced in a scope with Delegate=yes, and refused where systemd could take them away',
    { timeout: 400_000 },
    () => {
      using folder = temporaryFolder(0o755);
      const output = byUserManager(folder, script);
      expect(output).toMatch(/^ended$/m);
      const said = (name: string) => output.split('\n').find((line) => line.startsWith(`${name} `)) ?? output;
      const reason = canLimit ? /could leave its cgroup/ : /does not have the controller/;
      if (canLimit && hasLandlock) {
        expect(said('pids')).toBe('pids 11 11');
        expect(said('memory')).toBe(
          'memory sb-run: the limit of 67108864 bytes of memory ended the command (--memory)',
        );
        expect(said('cpu')).toBe('cpu 50000 100000');
      } else for (const name of ['pids', 'memory', 'cpu']) expect(said(name)).toMatch(reason);
      const taken =
        /the controller cpu is not enabled beneath \S*app\.slice, and systemd --user.* Start this process by/;
      expect(said('without')).toMatch(canLimit ? taken : reason);
    },
  );
});
