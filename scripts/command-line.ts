import { describeError } from '../domain/errors.ts';
import { outliveReaders } from '../processes/run-main.ts';
import { UsageError } from '../processes/usage-error.ts';
import { parseCommandLine, type Options, type Script } from './command-parse.ts';

export type { Script } from './command-parse.ts';
export { UsageError };

/** Runs a script from the command line: `--help` explains it, and an error is a sentence, not a stack. */
export async function runScript<const O extends Options>(
  script: Script<O>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  outliveReaders();
  const parsed = parseCommandLine(script, argv);
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'refused') return fail(parsed.text, 2);
  try {
    await script.run(parsed.args);
  } catch (error) {
    fail(describeError(error), error instanceof UsageError ? 2 : 1);
  }
}

function fail(text: string, code: 1 | 2): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = code;
}
