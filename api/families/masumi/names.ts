/** Name of the family: of its runs, its tag in the documentation and its part of the registry. */
export const FAMILY = 'masumi';

export const TAGS = [FAMILY];
