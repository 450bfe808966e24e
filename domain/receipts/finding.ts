/** How one link of a receipt stands. `unchecked`: there was nothing to check it with. */
export interface Finding {
  link: string;
  verdict: 'ok' | 'failed' | 'unchecked';
  detail: string;
}

/** What was found wrong with a link, or what holds when nothing was. */
export const judge = (link: string, problems: readonly string[], holds: string): Finding =>
  problems.length === 0
    ? { link, verdict: 'ok', detail: holds }
    : { link, verdict: 'failed', detail: problems.join('; ') };

/** Values that are there more than once. */
export function twice(values: readonly (string | null | undefined)[]): string[] {
  const known = values.filter((value) => typeof value === 'string');
  return [...new Set(known.filter((value, index) => known.indexOf(value) !== index))];
}
