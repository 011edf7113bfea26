import { packageBuild } from '../../tooling/tsup.base.js';

/** The process that downloads for the front door, and the one that lists for it: a transaction takes as much longer as they take to start. */
export default packageBuild({
  entry: { serve: 'src/front-door/cached.ts', 'serve-main': 'src/front-door/serve.ts', list: 'src/front-door/list.ts' },
  declarations: false,
  bundle: [/^@sb\//, 'get-east-asian-width'],
  // A server that is an address is not looked up.
  oneModule: { late: ['dns'] },
});
