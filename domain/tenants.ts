/** The only tenant of an installation without keys, and the operator's where there are some. */
export const DEFAULT_TENANT = 'default';
