import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

const TAIL_LINES = 30;

export interface Output {
  /** The last lines, for an error message. */
  tail(): string;
  /** Resolves with the first line from now on that matches. */
  whenLine(pattern: RegExp): Promise<string>;
}

/** Reads a child's two streams by line, keeps the tail and, where asked, copies them to a file. */
export function followOutput(child: ChildProcess, logFile: string | undefined): Output {
  const lines: string[] = [];
  const waiting = new Map<RegExp, (line: string) => void>();
  const copy = openCopy(logFile);

  function onLine(line: string): void {
    lines.push(line);
    if (lines.length > TAIL_LINES) lines.shift();
    copy?.write(`${line}\n`);
    for (const [pattern, resolve] of waiting) if (pattern.test(line)) resolve(line);
  }

  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream })
        .on('line', onLine)
        .on('error', () => undefined);
  }
  child.once('close', () => copy?.end());

  return {
    tail: () => lines.join('\n'),
    whenLine: (pattern) =>
      new Promise((resolve) => {
        waiting.set(pattern, (line) => {
          waiting.delete(pattern);
          resolve(line);
        });
      }),
  };
}

function openCopy(logFile: string | undefined) {
  if (!logFile) return undefined;
  mkdirSync(dirname(logFile), { recursive: true });
  // A full disk must not end the stack. The copy is a convenience; the tail stays in memory.
  return createWriteStream(logFile, { flags: 'a' }).on('error', () => undefined);
}
