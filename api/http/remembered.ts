import type { HealthCheck } from '../family.ts';

const FRESH_MS = 5000; // health may be asked often; the outside is not

/** A look at an outside system, taken at most once in a few seconds. A look that fails counts as down. */
export function remembered(look: () => Promise<HealthCheck>): () => Promise<HealthCheck> {
  let last: { at: number; check: Promise<HealthCheck> } | undefined;
  return () => {
    if (last === undefined || Date.now() - last.at > FRESH_MS)
      last = { at: Date.now(), check: look().catch(asDown) };
    return last.check;
  };
}

const asDown = (error: unknown): HealthCheck => ({
  status: 'down',
  detail: error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'not reachable',
});
