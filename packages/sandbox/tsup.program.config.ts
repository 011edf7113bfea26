import { packageBuild } from '../../tooling/tsup.base.js';

/** The command for a run, which loads nothing else. */
export default packageBuild({
  entry: { 'sb-run': 'src/cli/main.ts' },
  declarations: false,
  bundle: [/^@sb\//],
  oneModule: { onDemand: true, beside: ['./sb-run-answers.js'] },
});
