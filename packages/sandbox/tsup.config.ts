import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    'end-now': 'src/end-now.ts',
    'file-lock': 'src/file-lock.ts',
    'stream-pair': 'src/stream-pair.ts',
    undumpable: 'src/undumpable.ts',
    'sb-run': 'src/cli/main.ts',
  },
  splitting: true,
});
