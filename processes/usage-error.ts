/** The command line asks for what cannot be: exit code 2. Everything else that goes wrong is 1. */
export class UsageError extends Error {}
