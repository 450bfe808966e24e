import { describeError } from '../domain/errors.ts';
import { interrupted } from './interrupted.ts';

const ignore = (): void => undefined;

/** Keeps the process alive when the reader of its output goes away: `| head`, a terminal, a log collector. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignore);
}

/** Tells the parent process, if one listens. The process goes on when the parent is gone. */
export function tellParent(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, ignore);
}

/** A process that has started. */
export interface Running {
  /** Takes everything down, once. */
  stop(signal: NodeJS.Signals): Promise<void>;
  /** Settles when it ended by itself. */
  finished?: Promise<void>;
}

/** Runs a process until it is interrupted. What goes wrong is one readable line and exit code 1, not a stack trace. */
export async function runMain(name: string, start: () => Promise<Running>): Promise<void> {
  outliveReaders();
  const [unexpected] = process.argv.slice(2);
  if (unexpected !== undefined) return refuse(name, unexpected);
  let lost = 'could not start';
  try {
    const { stop, finished = new Promise<never>(ignore) } = await start();
    lost = 'ended';
    const signal = await Promise.race([interrupted(), finished]);
    lost = 'did not stop in order';
    if (signal !== undefined) await stop(signal);
    // Idle connections to others would keep a process that has stopped for as long as those others like.
    process.exit();
  } catch (error) {
    process.stderr.write(`\n${name} ${lost}: ${describeError(error)}\n`);
    if (process.env['LOG_LEVEL'] === 'debug' && error instanceof Error)
      process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  }
}

/** These processes have settings and no options. `--help` is no mistake. */
function refuse(name: string, unexpected: string): void {
  const isQuestion = unexpected === '--help';
  const text = `${name} has no options: its settings are in the environment (PORT, DATABASE_URL and others; .env.example explains them).\n`;
  (isQuestion ? process.stdout : process.stderr).write(
    isQuestion ? text : `Unknown option '${unexpected}'. ${text}`,
  );
  process.exitCode = isQuestion ? 0 : 2;
}
