import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Writes a generated file. With `check` it fails where the committed one differs, and names the command that writes it. */
export function keepGenerated(file: string, text: string, command: string, check: boolean): void {
  if (!check) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
    throw new Error(`${file} is out of date: run ${command}.`);
}
