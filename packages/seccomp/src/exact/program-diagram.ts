import type { Diagram, Diagrams } from './diagrams.js';
import type { Position, SymbolicProgram } from './symbolic-program.js';

/**
 * Returns the answers of a program as a function of the call.
 *
 * @param leafOf - returns a leaf for a position instead of all that follows it; undefined: continue. Default: continue
 * @throws SeccompError `too-complex`
 */
export function programDiagram(
  diagrams: Diagrams,
  program: SymbolicProgram,
  leafOf: (position: Position) => Diagram | undefined = () => undefined,
): Diagram {
  const known = new Map<Position, Diagram>();
  // An explicit stack: a program may make four thousand tests in a row.
  const stack: Position[] = [program.start];
  for (let position = stack.at(-1); position !== undefined; position = stack.at(-1)) {
    if (known.has(position)) {
      stack.pop();
      continue;
    }
    const step = program.stepFrom(position);
    const leaf = leafOf(position) ?? ('answer' in step ? step.answer : undefined);
    if (leaf !== undefined) known.set(position, leaf);
    else if ('asks' in step) {
      const [yes, no] = [known.get(step.yes), known.get(step.no)];
      if (yes === undefined) stack.push(step.yes);
      if (no === undefined) stack.push(step.no);
      if (yes !== undefined && no !== undefined) known.set(position, diagrams.choose(step.asks, yes, no));
    }
  }
  return known.get(program.start) ?? diagrams.nothing;
}
