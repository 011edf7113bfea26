import { probePath } from '@sb/test-kit';

import { list, path, policy, ro, rw, rwx, rx, type LandlockOptions, type LandlockPolicy } from '../../src/index.js';
import type { Outside } from './world.js';

/** Lets the probe itself run, and the device be opened that the ioctl needs. */
const tools = [path(probePath(), ['execute', 'read_file']), path('/dev/ptmx', ['read_file', 'write_file'])];

/** The policies of the table, by name; `nothing` restricts nothing and is the control leg of every cell. */
export function policies(tree: string, outside: Outside): Readonly<Record<string, LandlockPolicy | undefined>> {
  const all = (options: Omit<LandlockOptions, 'abi'>) => policy({ abi: 7, ...options });
  return {
    nothing: undefined,
    'no paths': all({ paths: tools }),
    list: all({ paths: [...tools, list(tree)] }),
    ro: all({ paths: [...tools, ro(tree)] }),
    rx: all({ paths: [...tools, rx(tree)] }),
    rw: all({ paths: [...tools, rw(tree)] }),
    'rw refer': all({ paths: [...tools, rw(tree, { refer: true })] }),
    'rwx ioctl': all({
      paths: [tools[0] ?? ro('/'), rwx(tree), path('/dev/ptmx', ['read_file', 'write_file', 'ioctl_dev'])],
    }),
    'rw a, ro b': all({ paths: [...tools, rw(`${tree}/a`, { refer: true }), ro(`${tree}/b`, { refer: true })] }),
    'handle write_file': all({ handle: ['write_file'], paths: [path('/dev/ptmx', ['write_file'])] }),
    'rw, ABI 1': policy({ abi: 1, paths: [...tools, rw(tree)] }),
    net: all({ net: { connectTcp: [outside.open], bindTcp: [] } }),
    scope: all({ scope: ['signal', 'abstract_unix_socket'] }),
  };
}
