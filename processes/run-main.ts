const ignore = (): void => undefined;

/** Keeps the process alive when the reader of its output goes away: `| head`, a terminal, a log collector. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignore);
}

/** Tells the parent process, if one listens. The process goes on when the parent is gone. */
export function tellParent(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, ignore);
}

/** Runs a process's main; what stops it from starting is one readable line and exit code 1, not a stack trace. */
export async function runMain(name: string, main: () => Promise<void>): Promise<void> {
  outliveReaders();
  try {
    await main();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\n${name} could not start: ${reason}\n`);
    if (process.env['LOG_LEVEL'] === 'debug' && error instanceof Error)
      process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  }
}
