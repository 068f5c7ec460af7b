/** What the program's exit code says, for scripts. */
export const exitCodes = {
  /** It was done, or there was nothing to do. */
  done: 0,
  /** Something failed: a resource could not be deleted, a check failed, a provider is not there. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The question was answered with no. */
  declined: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** What is wrong with the command line. */
export class UsageError extends Error {}
