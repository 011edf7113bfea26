/* What `sandbox` of the options changes of the worker's confinement, as it is read back from the kernel. */
import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { FetcherOptions } from '../../src/request/options.js';
import { fetcherFor } from '../kit/fetch.js';
import { fileServer } from '../kit/server.js';

const all = ['privdrop', 'caps', 'landlock', 'seccomp'];

/** The feature of each layer that is there whenever the layer is. */
const first = ['user', 'capabilities', 'fs', 'filter'];

/** Downloads a file, and says which layers are off and who the worker was. */
async function inForce(options: FetcherOptions) {
  using folder = temporaryFolder();
  await using server = await fileServer({ '/x': 'hello' });
  await using fetcher = fetcherFor(options);
  const [outcome] = await fetcher.download([{ sources: [`${server.origin}/x`], to: folder.file('x') }]);
  const { features = [], verified } = fetcher.enforcement ?? {};
  const stateOf = (layer: string, feature: string | undefined) =>
    features.find((one) => one.layer === layer && one.feature.split('.')[0] === feature)?.state;
  const off = all.filter((layer, index) => stateOf(layer, first[index]) === 'off');
  return { status: outcome?.status, off, uid: verified?.uid[0] };
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('sandbox of the options', () => {
  it('switches off the layers that it names, and no other', async () => {
    expect(await inForce({})).toEqual({ status: 'done', off: [], uid: 65_534 });
    const off = ['landlock', 'seccomp'];
    expect(await inForce({ sandbox: { off } })).toEqual({ status: 'done', off, uid: 65_534 });
  });

  it('downloads as root only where the switch of the user is off', async () => {
    await expect(inForce({ user: 0 })).rejects.toThrow('the worker must not run as root');
    expect(await inForce({ sandbox: { off: all } })).toEqual({ status: 'done', off: all, uid: 0 });
  });

  it('connects to the ports of its sources, also if the caller names others', async () => {
    const net = (connectTcp: 'any' | readonly number[]) =>
      ({ sandbox: { landlock: { net: { connectTcp } } } }) as const;
    expect(await inForce(net([9]))).toMatchObject({ status: 'done', off: [] });
    expect(await inForce(net('any'))).toMatchObject({ status: 'done', off: [] });
  });
});
