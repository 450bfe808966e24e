import { z } from 'zod';
import { Words } from '../../core/words.ts';

/** An amount of MNEE on the wire: a JSON number, written digit for digit. */
export const Mnee = z.number().meta({ description: 'MNEE, at most 18 decimals' });

/** Ids of agents and services in paths and queries. */
export const Id = z.string().min(1).max(64);

/** RFC 3339 with milliseconds, UTC. */
export const Time = z.string();

/** What a person or a program says: 1 to 8000 characters that are not only blanks. */
export const Message = Words(8000);

const DECIMAL = /^(\d{1,60})(?:\.(\d{1,60}))?$/;

/** An amount in a body, as the source text of its JSON number: 0 or more, at most 18 decimals. */
export const MneeIn = z
  .string('must be a number')
  .regex(DECIMAL, 'must be a number of at least 0, such as 12.5')
  .refine(
    (text) => (DECIMAL.exec(text)?.[2] ?? '').replace(/0+$/, '').length <= 18,
    'has more than 18 decimals',
  )
  .meta({
    override({ jsonSchema }) {
      for (const name of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[name];
      Object.assign(jsonSchema, { type: 'number', minimum: 0 });
    },
  });

/** A moment in a query. */
export const When = z.iso.datetime({ offset: true, error: 'must be RFC 3339, e.g. 2026-01-31T00:00:00Z' });
