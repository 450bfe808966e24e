/** RFC 3339 with milliseconds, UTC. */
export const isoOrNull = (date: Date | null): string | null => date?.toISOString() ?? null;
