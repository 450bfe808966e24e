import { createInterface } from 'node:readline/promises';

/** Somebody who may answer: a person at a terminal, or lines of a pipe. */
export interface Person {
  /** Undefined when nobody answers any more: the input has ended, or it was interrupted. */
  ask(prompt: string): Promise<string | undefined>;
  close(): void;
}

/** Lines that come before they are asked for are kept, so answers can be piped in. */
export function createPerson(
  input: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
  interrupted: AbortSignal,
): Person {
  const lines = createInterface({ input, output, terminal: input.isTTY });
  // A terminal in raw mode sends Ctrl-C as a key, and no signal.
  lines.on('SIGINT', () => void process.emit('SIGINT', 'SIGINT'));
  const typed = lines[Symbol.asyncIterator]();
  const over = new Promise<undefined>((resolve) => {
    if (interrupted.aborted) resolve(undefined);
    interrupted.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return {
    async ask(prompt) {
      if (interrupted.aborted) return undefined;
      // A pipe may have ended with its last answer still unread, and readline prompts no more then.
      if (input.isTTY) {
        lines.setPrompt(prompt);
        lines.prompt();
      } else output.write(prompt);
      const next = await Promise.race([typed.next(), over]);
      const line = next === undefined || next.done === true ? undefined : next.value;
      if (!input.isTTY || line === undefined) output.write('\n');
      return line;
    },
    close: () => lines.close(),
  };
}

/** For those whom nobody answers. */
export const nobody: Person = { ask: () => Promise.resolve(undefined), close: () => undefined };
