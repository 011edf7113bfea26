import { packageBuild } from '../../tooling/tsup.base.js';

// Programs with a worker of their own copy `transfer` and its undici into it.
export default packageBuild({
  entry: {
    index: 'src/index.ts',
    files: 'src/files.ts',
    'failure-kinds': 'src/transfer/failure-kinds.ts',
    transfer: 'src/transfer/index.ts',
    here: 'src/single/here.ts',
    'by-worker': 'src/single/by-worker.ts',
  },
  bundle: [/^undici/],
  // An error of one entry is the same class to another.
  splitting: true,
});
