import type { Instruction } from '../bpf/bpf.js';
import type { Node } from './graph.js';

/** An instruction and its notes in the listing. */
export interface Placed extends Instruction {
  readonly note: string;
}

/** A conditional jump skips at most 255 instructions. */
const maxSkip = 255;

/**
 * Puts nodes into an order in which every jump goes forward. It starts from the end, so a jump's target has its
 * position before the jump. A return out of a jump's reach is repeated nearby, which costs no step at run time. Any
 * other node out of reach is reached by an unconditional jump.
 *
 * @param entry - the start of the program
 */
export function layOut(entry: Node): readonly Placed[] {
  // The last instruction is placed first; positions count from the end.
  const row: Placed[] = [];
  const places = new Map<Node, number>();
  const skipTo = (position: number): number => row.length - 1 - position;
  const add = (placed: Placed): number => row.push(placed) - 1;
  const put = (node: Node, placed: Omit<Placed, 'note'>): number => {
    const place = add({ ...placed, note: [...node.notes].join(' | ') });
    places.set(node, place);
    return place;
  };

  /** Makes sure that the next instruction can skip to a node, and returns its position. */
  const reach = (node: Node): number => {
    const place = places.get(node);
    if (place !== undefined && skipTo(place) <= maxSkip) return place;
    if (node.kind === 'ret') return put(node, { op: 'ret', jt: 0, jf: 0, k: node.k });
    if (place === undefined) throw new Error('a node was placed before what follows it');
    const trampoline = add({ op: 'ja', jt: 0, jf: 0, k: skipTo(place), note: 'further than a jump can skip' });
    places.set(node, trampoline);
    return trampoline;
  };

  for (const node of followersFirst(entry)) {
    if (node.kind === 'test') {
      // Reaching one target may push the other out of reach.
      let [no, yes] = [reach(node.no), reach(node.yes)];
      while (skipTo(no) > maxSkip || skipTo(yes) > maxSkip) [no, yes] = [reach(node.no), reach(node.yes)];
      put(node, { op: node.op, jt: skipTo(yes), jf: skipTo(no), k: node.k });
    } else if (node.kind !== 'ret') {
      // Any other instruction continues with the next one.
      const next = reach(node.next);
      if (skipTo(next) > 0) add({ op: 'ja', jt: 0, jf: 0, k: skipTo(next), note: 'shared' });
      put(node, { op: node.kind, jt: 0, jf: 0, k: node.k });
    }
  }
  if (entry.kind === 'ret') reach(entry);
  return row.toReversed();
}

/**
 * Returns all nodes, each after those to which it leads. It uses an explicit stack, because a policy may have thousands
 * of rules.
 */
function followersFirst(entry: Node): readonly Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { readonly node: Node; readonly isDone: boolean }[] = [{ node: entry, isDone: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, isDone } = top;
    if (isDone) order.push(node);
    else if (!seen.has(node)) {
      seen.add(node);
      stack.push({ node, isDone: true });
      for (const follower of followers(node)) stack.push({ node: follower, isDone: false });
    }
  }
  return order;
}

function followers(node: Node): readonly Node[] {
  if (node.kind === 'ret') return [];
  // The last one is placed first, so it is furthest from the jump.
  return node.kind === 'test' ? [node.yes, node.no] : [node.next];
}
