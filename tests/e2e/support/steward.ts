import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../../bin/steward.js', import.meta.url));

export interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** `steward ...` as people start it, with lines that it reads on standard input; it ends there. */
export const steward = (args: readonly string[], typed: readonly string[] = []): Promise<Printed> =>
  new Promise((resolve) => {
    const child = execFile(COMMAND, args, { timeout: 110_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin!.end(typed.map((line) => `${line}\n`).join(''));
  });
