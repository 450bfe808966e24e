/**
 * Says when to look at the status of a run whose stream told of its end. The status may follow a moment later,
 * unannounced.
 */
export interface StatusPoll {
  /** A stream was opened again, and repeats everything. */
  restart(): void;
  /** How long to wait after this event, ms; undefined when it says nothing of the end, or nothing new. */
  heard(event: string): number | undefined;
  /** The same for everything that was heard since the restart. */
  waitMs(): number | undefined;
}

const SOON_MS = 1000;
const SOON_LOOKS = 5; // a flow may go on after an `error` of its own; then it is looked at as often as any other

export function createStatusPoll(pollMs: number): StatusPoll {
  const looks = new Map([
    ['final', 0],
    ['error', 0],
  ]);
  const heard = new Map<string, number>();
  return {
    restart: () => heard.clear(),
    heard(event) {
      const before = looks.get(event);
      if (before === undefined || heard.has(event)) return undefined;
      looks.set(event, before + 1);
      const ms = before < SOON_LOOKS ? Math.min(SOON_MS, pollMs) : pollMs;
      heard.set(event, ms);
      return ms;
    },
    waitMs: () => (heard.size > 0 ? Math.min(...heard.values()) : undefined),
  };
}
