import { UsageError } from './command-line.ts';
import { JsonObject } from '../schemas/core/json.ts';

/** Flow keys begin with `-_`, which parsers take for options, so they go behind `--`. */
export function keyLast(argv: readonly string[]): string[] {
  const isKey = (argument: string): boolean => argument.startsWith('-_');
  const keys = argv.filter(isKey);
  if (keys.length === 0) return [...argv];
  return [...argv.filter((argument) => !isKey(argument) && argument !== '--'), '--', ...keys];
}

/** A JSON object from the command line; the error says how one is written. */
export function readObject(text: string | undefined, option: string): JsonObject | undefined {
  if (text === undefined) return undefined;
  const example = `${option} '{"field":"value"}'`;
  try {
    const read = JsonObject.safeParse(JSON.parse(text));
    if (read.success) return read.data;
  } catch {
    // the error below says what is wrong
  }
  throw new UsageError(`${option} must be a JSON object, in quotes that your shell leaves alone: ${example}`);
}
