import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
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
  /** The same for the JSON text of a value that is known to be large. */
  keepText(runId: string, text: Uint8Array): Promise<ValueRef>;
  load(ref: ValueRef): Promise<Json>;
  /** The value as an event shows it; undefined for a large one, which events only refer to. */
  show(ref: ValueRef): Promise<Json | undefined>;
}

const isLarge = (size: number): boolean => size > LARGEST_INLINE;

export function createValues(db: Queryable, sealer: Sealer): Values {
  const keepText = async (runId: string, text: string | Uint8Array, size: number): Promise<ValueRef> => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    const ref = `${runId}:${sha256}`;
    await db.query(
      `insert into blob (ref, run_id, sha256, size, sealed) values ($1, $2, $3, $4, $5) on conflict (ref) do nothing`,
      [ref, runId, sha256, size, sealer.sealText('blob', text)],
    );
    return { ref, sha256, size };
  };
  const values: Values = {
    async keep(runId, value) {
      const text = JSON.stringify(value);
      const size = Buffer.byteLength(text);
      if (!isLarge(size) && !hasExactNumber(value)) return { inline: value };
      return keepText(runId, text, size);
    },
    keepText: (runId, text) => keepText(runId, text, text.byteLength),
    async load(value) {
      if ('inline' in value) return value.inline;
      const sealed = await readSealed(db, value.ref);
      if (sealed === undefined)
        throw new EngineError('value_lost', `The stored value ${value.ref} does not exist.`);
      const opened = sealer.open('blob', sealed);
      if (sealed.length > PIECE) await nextTurn(); // what is done with it takes as long again
      return opened;
    },
    show: async (value) => ('ref' in value && isLarge(value.size) ? undefined : values.load(value)),
  };
  return values;
}

const nextTurn = promisify(setImmediate);
const PIECE = 8 * 1024 * 1024; // bytes; the driver reads them as text twice as long, in one go

/** In pieces, so that a value of many MiB keeps nobody waiting. What is written is never changed. */
async function readSealed(db: Queryable, ref: string): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  for (let from = 1; ; from += PIECE) {
    const { rows } = await db.query<{ piece: Buffer }>(
      'select substring(sealed from $2 for $3) as piece from blob where ref = $1',
      [ref, from, PIECE],
    );
    if (rows[0] === undefined) return undefined;
    pieces.push(rows[0].piece);
    if (rows[0].piece.length < PIECE) return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  }
}
