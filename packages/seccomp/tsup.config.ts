import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({
  entry: { index: 'src/index.ts', analysis: 'src/analysis/index.ts', 'sb-seccomp': 'src/cli/main.ts' },
  splitting: true,
});
