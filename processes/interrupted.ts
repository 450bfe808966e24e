/** npm and a parent of ours pass a Ctrl-C on, so that one press arrives two or three times. */
const SAME_PRESS_MS = 1000;

/**
 * Resolves with the first Ctrl-C or SIGTERM. What comes with it, or is of the other kind, changes nothing; a second press
 * ends the process at once.
 */
export function interrupted(
  from: NodeJS.EventEmitter = process,
  endAtOnce: () => void = () => process.exit(130),
): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { signal: NodeJS.Signals; at: number } | undefined;
    const heard = (signal: NodeJS.Signals): void => {
      if (first?.signal === signal && performance.now() - first.at > SAME_PRESS_MS) endAtOnce();
      first ??= { signal, at: performance.now() };
      resolve(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) from.on(signal, () => heard(signal));
  });
}
