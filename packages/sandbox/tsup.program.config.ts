import { packageBuild } from '../../tooling/tsup.base.js';

/** The command for a run, which loads nothing else. */
export default packageBuild({
  entry: { 'sb-run': 'src/cli/sb-run.ts', 'sb-run-main': 'src/cli/main.ts' },
  declarations: false,
  bundle: [/^@sb\//],
  oneModule: {},
});
