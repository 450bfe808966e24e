import type { Json } from '../../schemas/core/json.ts';

/**
 * A value as histories carry it: inline while it is small and JSON parsers everywhere read it alike, else a reference into
 * the blob table (decision 11).
 */
export type ValueRef = { inline: Json } | { ref: string; sha256: string; size: number };

/** Outputs of finished steps by outputKey. */
export type Outputs = { [outputKey: string]: ValueRef };
