import { packageBuild } from '../../tooling/tsup.base.js';

/** The process that downloads for the front door: a transaction takes as much longer as this takes to start. */
export default packageBuild({
  entry: { serve: 'src/front-door/serve.ts' },
  declarations: false,
  bundle: [/^@sb\//, 'get-east-asian-width'],
  oneModule: true,
});
