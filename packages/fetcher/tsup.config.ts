import { packageBuild } from '../../tooling/tsup.base.js';

// Programs that download one file copy `here` and its undici into them.
export default packageBuild({
  entry: {
    index: 'src/index.ts',
    files: 'src/files.ts',
    proxies: 'src/proxies-entry.ts',
    here: 'src/single/here.ts',
    'by-worker': 'src/single/by-worker.ts',
  },
  bundle: [/^undici/],
  // An error of one entry is the same class to another.
  splitting: true,
});
