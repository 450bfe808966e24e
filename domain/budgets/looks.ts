/** Between two looks at a budget a run lets pass this share of the time it has waited: hundreds of looks a month, not thousands. */
const SHARE = 50;

/** How long a run that waits for room rests before it looks again: ever longer, and never past a renewal. */
export function nextLookMs(
  waitedMs: number,
  everyMs: number,
  nowMs: number,
  renewsAtMs: number | null,
): number {
  const wait = Math.max(everyMs, Math.floor(waitedMs / SHARE));
  if (renewsAtMs === null || renewsAtMs <= nowMs) return wait;
  return Math.min(wait, renewsAtMs - nowMs + 1);
}
