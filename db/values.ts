import { createHash } from 'node:crypto';
import { EngineError } from '../domain/errors.ts';
import { hasExactNumber } from '../domain/exact-json.ts';
import type { ValueRef } from '../domain/ports/values.ts';
import type { Json } from '../schemas/core/json.ts';
import type { Queryable } from './ledger.ts';
import type { Sealer } from './sealing.ts';

const LARGEST_INLINE = 32 * 1024; // bytes of JSON that a workflow history may carry (decision 11)

/**
 * Keeps values out of histories that do not belong there: large ones, and those with numbers that a parser of doubles would
 * change. They stay the text that they were.
 */
export interface Values {
  keep(runId: string, value: Json): Promise<ValueRef>;
  load(ref: ValueRef): Promise<Json>;
  /** The value as an event shows it; undefined for a large one, which events only refer to. */
  show(ref: ValueRef): Promise<Json | undefined>;
}

const isLarge = (size: number): boolean => size > LARGEST_INLINE;

export function createValues(db: Queryable, sealer: Sealer): Values {
  const values: Values = {
    async keep(runId, value) {
      const text = JSON.stringify(value);
      const size = Buffer.byteLength(text);
      if (!isLarge(size) && !hasExactNumber(value)) return { inline: value };
      const sha256 = createHash('sha256').update(text).digest('hex');
      const ref = `${runId}:${sha256}`;
      await db.query(
        `insert into blob (ref, run_id, sha256, size, sealed) values ($1, $2, $3, $4, $5) on conflict (ref) do nothing`,
        [ref, runId, sha256, size, sealer.seal('blob', value)],
      );
      return { ref, sha256, size };
    },
    async load(value) {
      if ('inline' in value) return value.inline;
      const { rows } = await db.query<{ sealed: Buffer }>('select sealed from blob where ref = $1', [
        value.ref,
      ]);
      if (rows[0] === undefined)
        throw new EngineError('value_lost', `The stored value ${value.ref} does not exist.`);
      return sealer.open('blob', rows[0].sealed);
    },
    show: async (value) => ('ref' in value && isLarge(value.size) ? undefined : values.load(value)),
  };
  return values;
}
