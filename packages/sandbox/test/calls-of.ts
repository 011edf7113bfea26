import { Session } from 'node:inspector/promises';

interface Counted {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { readonly count: number }[];
  }[];
}

/**
 * How often each function of another package was called meanwhile, by the engine's own count.
 *
 * @param run - what is watched
 * @returns counts by the folder of the package and the function's name
 */
export async function callsOf(run: () => unknown): Promise<(layer: string, name: string) => number> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  try {
    await run();
    const { result } = (await session.post('Profiler.takePreciseCoverage')) as { result: readonly Counted[] };
    return (layer, name) =>
      result
        .filter(({ url }) => url.includes(`/packages/${layer}/dist/`))
        .flatMap(({ functions }) => functions.filter(({ functionName }) => functionName === name))
        .reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
  } finally {
    session.disconnect();
  }
}
