import { refuse } from './errors.js';
import { grouped, type Placed, placed } from './grouped.js';
import { type NetOptions, netOptionOf, type PolicyPath, type PolicyPathRule, type PolicyPortRule } from './options.js';
import type { PathInput, PathRule } from './paths.js';
import { entryOf, type FsRight, type Group, namesOf, type NetRight, newestAbi, orderOf } from './rights.js';

/** Returns the right of an option for the network. */
function netRightOf(option: string): NetRight {
  const named = Object.entries(netOptionOf).find(([, name]) => name === option);
  if (named !== undefined) return named[0] as NetRight;
  if (option.startsWith('unsafe_unknown_bit_')) return option as NetRight;
  return refuse(`net has no ${JSON.stringify(option)}`, 'Correct it, or leave it out.');
}

/**
 * Checks that rights exist and that the pinned ABI has them. Returns each once, in the order of the kernel's header.
 */
export function checkNames<Name extends string>(group: Group, names: readonly Name[], abi: number): readonly Name[] {
  for (const name of names) {
    const entry = entryOf(group, name);
    if (entry === undefined) {
      refuse(`${group} has no ${JSON.stringify(name)}`, `Use one of: ${namesOf(group, newestAbi).join(', ')}.`);
    }
    if (entry.abi > abi) {
      refuse(
        `${group}.${name} needs ABI ${entry.abi}, and the policy is for ABI ${abi}`,
        entry.abi > newestAbi
          ? 'Set abi to the ABI that has it.'
          : `Leave it out, or test the policy with ABI ${entry.abi}.`,
      );
    }
  }
  return Object.freeze([...new Set(names)].sort((a, b) => orderOf(group, a) - orderOf(group, b)));
}

/**
 * Turns the rules of the options into one rule for each path, and refuses what can have no effect. A rule that grants nothing
 * beyond another rule for its path is left out.
 */
export function pathRules(rules: readonly PathRule[], handled: readonly FsRight[], abi: number): PolicyPathRule[] {
  return merged(ungrouped(rules, handled, abi));
}

/** Returns one rule for each path, including redundant ones. */
export function ungrouped(rules: readonly PathRule[], handled: readonly FsRight[], abi: number): PolicyPathRule[] {
  return rules.flatMap((rule) => rule.paths.map((input) => pathRule(rule, policyPath(input), { handled, abi })));
}

/** Returns the rules without those that grant nothing beyond another rule for their path. */
export function merged(all: readonly PolicyPathRule[]): PolicyPathRule[] {
  const redundant = redundantRules(all);
  return all.filter((_, index) => !redundant.has(index));
}

/** Returns the rules that grant nothing beyond another rule for their path, with that rule: both by their index. */
export function redundantRules(all: readonly PolicyPathRule[]): ReadonlyMap<number, number> {
  const redundant = new Map<number, number>();
  for (const group of grouped(placed(all), ({ path }) => textOf(path)).values()) {
    // A rule that names its file can be redundant only to a rule that names the same file.
    const byFile = grouped(group, ({ file }) => fileOf(file));
    for (const one of group) {
      const others = one.rule.file === false ? group : (byFile.get(fileOf(one.rule.file)) ?? []);
      const other = others.find((candidate) => candidate !== one && isRedundant(one, candidate));
      if (other !== undefined) redundant.set(one.index, other.index);
    }
  }
  return redundant;
}

function textOf(path: PolicyPath): string {
  return typeof path === 'string' ? `text ${path}` : `bytes ${path.base64}`;
}

function fileOf(file: PolicyPathRule['file']): string {
  return typeof file === 'boolean' ? String(file) : `${file.device} ${file.inode}`;
}

/** Whether a rule is redundant. Of two equal rules the first stays. */
function isRedundant(one: Placed, other: Placed): boolean {
  if (!isCovered(one.rule, other.rule)) return false;
  return other.index < one.index || !isCovered(other.rule, one.rule);
}

/** Whether a rule adds nothing to another rule for its path: neither a right nor a check of the path. */
function isCovered(rule: PolicyPathRule, other: PolicyPathRule): boolean {
  return (
    rule.quiet === other.quiet &&
    (rule.optional || !other.optional) &&
    (!rule.exact || other.exact) &&
    (rule.file === false || fileOf(rule.file) === fileOf(other.file)) &&
    rule.rights.every((right) => other.rights.includes(right))
  );
}

interface Pinned {
  readonly handled: readonly FsRight[];
  readonly abi: number;
}

function pathRule(rule: PathRule, path: PolicyPath, { handled, abi }: Pinned): PolicyPathRule {
  if (rule.quiet === true) checkNames('log', ['quiet'], abi);
  const named: readonly FsRight[] =
    rule.refer === true ? [...new Set([...rule.rights, 'refer' as const])] : rule.rights;
  const { exact = true } = rule;
  // What is not exact means "what this ABI has of it"; a right that was named must exist.
  const has = (right: FsRight): boolean => (entryOf('fs', right)?.abi ?? 0) <= abi;
  const asked = exact ? named : named.filter((right) => right === 'refer' || has(right));
  const rights = checkNames('fs', asked, abi);
  const effective = rights.filter((right) => handled.includes(right));
  const useless = rights.find((right) => !handled.includes(right) && (exact || right === 'refer'));
  if (useless !== undefined || effective.length === 0) {
    refuse(
      `the rule for ${JSON.stringify(path)} can have no effect: ${useless ?? 'none of its rights'} is not restricted`,
      'Add the right to handle, or remove it from the rule.',
    );
  }
  return Object.freeze({
    path,
    rights: Object.freeze(effective),
    optional: rule.optional ?? false,
    quiet: rule.quiet ?? false,
    exact,
    file: rule.file ?? false,
  });
}

/** Returns text if the bytes are UTF-8, and base64 otherwise. */
function policyPath(input: PathInput): PolicyPath {
  // Half of a surrogate pair would be encoded as another character.
  if (typeof input === 'string' && !/[\uD800-\uDFFF]/u.test(input)) return input;
  const bytes = Buffer.from(input);
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : Object.freeze({ base64: bytes.toString('base64') });
}

/** Turns the network options into the restricted rights and one rule for each port. */
export function portRules(net: NetOptions, abi: number): { handled: readonly NetRight[]; ports: PolicyPortRule[] } {
  const asked = (Object.entries(net) as [string, readonly number[]][]).map(
    ([option, ports]): [NetRight, readonly number[]] => [netRightOf(option), ports],
  );
  const rightsOf = new Map<number, NetRight[]>();
  for (const [right, ports] of asked) {
    for (const port of ports) {
      const rights = rightsOf.get(port) ?? [];
      if (!rights.includes(right)) rightsOf.set(port, [...rights, right]);
    }
  }
  const handled = checkNames(
    'net',
    asked.map(([right]) => right),
    abi,
  );
  const ports = [...rightsOf].sort(([a], [b]) => a - b);
  return { handled, ports: ports.map(([port, rights]) => Object.freeze({ port, rights: Object.freeze(rights) })) };
}
