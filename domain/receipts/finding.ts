/** The result for one link of a receipt. `unchecked`: there was nothing to check it with. */
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

/** Values that occur more than once. */
export const twice = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];
