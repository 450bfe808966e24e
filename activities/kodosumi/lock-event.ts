/** The lock that an event of a run is about: `{"dict":{"lid":...,"expires":...}}`. Undefined for anything else. */
export function readLockEvent(data: string): { lid: string; expiresAtMs: number | null } | undefined {
  try {
    const { dict } = JSON.parse(data) as { dict?: { lid?: unknown; expires?: unknown } };
    if (typeof dict?.lid !== 'string') return undefined;
    const { expires } = dict;
    return { lid: dict.lid, expiresAtMs: typeof expires === 'number' ? Math.round(expires * 1000) : null };
  } catch {
    return undefined;
  }
}
