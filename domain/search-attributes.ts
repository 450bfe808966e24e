/** By what runs can be searched in Temporal: name and type. */
export type SearchAttributes = Readonly<Record<string, 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime'>>;

/** The engine's own; families add theirs. */
export const SEARCH_ATTRIBUTES = {
  StewardFamily: 'Keyword',
  StewardTenant: 'Keyword',
  StewardStatus: 'Keyword',
  StewardSubject: 'Keyword',
} as const satisfies SearchAttributes;
