/** Part of the cache key: raise it whenever the rules, the prompt or the checks may plan differently. */
export const plannerVersion = '4';
