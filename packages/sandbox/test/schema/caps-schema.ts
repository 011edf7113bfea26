import { closed, listOf, oneOf, type Schema } from './pieces.js';

const capabilities = listOf({ $ref: '#/$defs/capability' });

/** The options of `@sb/caps`, without what the sandbox says itself. */
export const capsSchema: Schema = closed({
  keep: { anyOf: [{ const: 'all' }, capabilities], description: 'What stays permitted. Default: nothing.' },
  ambient: { ...capabilities, description: 'What a program started afterwards has too; part of keep.' },
  inheritable: { ...capabilities, description: 'What such a program has if its file says so; part of keep.' },
  bounding: { anyOf: [oneOf(['drop', 'leave']), capabilities], description: 'Default: drop.' },
  securebits: { ...oneOf(['lock', 'leave']), description: 'Default: lock.' },
});
