import { describeError } from '../domain/errors.ts';
import { outliveReaders } from '../processes/run-main.ts';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

type Arguments<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>;

export interface Script<Options extends ParseArgsOptionsConfig> {
  help: string;
  options: Options;
  /** How many positional arguments it takes. */
  positionals?: number;
  run(args: Arguments<Options>): Promise<void> | void;
}

/** Runs a script from the command line. `--help` explains it, and an error is a sentence, not a stack. */
export async function runScript<Options extends ParseArgsOptionsConfig>(
  script: Script<Options>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  outliveReaders();
  if (argv.includes('--help')) {
    process.stdout.write(script.help);
    return;
  }
  try {
    const args = parseArgs({ args: [...argv], options: script.options, allowPositionals: true });
    const extra = args.positionals[script.positionals ?? 0];
    if (extra !== undefined) throw new Error(`"${extra}" is not expected here; --help shows what is.`);
    await script.run(args);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
