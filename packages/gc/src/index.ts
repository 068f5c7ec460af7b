/**
 * Leftover resources: describe, decide, sweep. Not made yet: this package holds its name.
 *
 * @packageDocumentation
 */
export {};
