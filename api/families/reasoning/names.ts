/** Name of the family: of its runs, its tag in the documentation and its part of the registry. */
export const FAMILY = 'reasoning';

export const TAGS = [FAMILY];
