import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    'end-now': 'src/system/end-now.ts',
    'file-lock': 'src/system/file-lock.ts',
    pipe: 'src/system/pipe.ts',
    start: 'src/start.ts',
    undumpable: 'src/system/undumpable.ts',
    'code-cache': 'src/cli/code-cache.ts',
    'sb-run-answers': 'src/cli/sb-run-answers.ts',
  },
  splitting: true,
});
