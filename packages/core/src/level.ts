/**
 * Whether a feature must be enforced.
 *
 * - `require`: if it cannot be enforced, nothing runs, and an error names cause and remedy.
 * - `prefer`: if it cannot be enforced, the rest still is, and the report says what is missing and why.
 * - `off`: not asked for.
 *
 * No level ever falls back to root, and no layer's failure switches another layer off.
 */
export type RequirementLevel = 'require' | 'prefer' | 'off';

/** The levels, strictest first. */
export const requirementLevels: readonly RequirementLevel[] = ['require', 'prefer', 'off'];
