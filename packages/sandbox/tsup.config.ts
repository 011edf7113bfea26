import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    'end-now': 'src/system/end-now.ts',
    'file-lock': 'src/system/file-lock.ts',
    pipe: 'src/system/pipe.ts',
    undumpable: 'src/system/undumpable.ts',
    'sb-run': 'src/cli/main.ts',
  },
  splitting: true,
});
