import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    'end-now': 'src/end-now.ts',
    'file-lock': 'src/file-lock.ts',
    'sb-run': 'src/cli/main.ts',
  },
  splitting: true,
});
