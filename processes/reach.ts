import { temporalOptions, type TemporalSettings } from '../config/temporal-connection.ts';
import { describeError } from '../domain/errors.ts';

/** Meant for `catch`: the error of a connection says which part does not answer, where it was looked for, and what to do. */
export const noTemporal =
  (config: TemporalSettings) =>
  (cause: unknown): never => {
    const { address } = temporalOptions(config);
    throw new Error(
      `Temporal at ${address} does not answer (${describeError(cause)}). Is it running? TEMPORAL_ADDRESS says where it is; npm start brings one.`,
      { cause },
    );
  };

/** The same of a database. What the database itself said, and what we say of its schema, stays as it is. */
export const noDatabase =
  (url: string) =>
  (cause: unknown): never => {
    if (!isSilence(cause)) throw cause;
    throw new Error(
      `The database at ${new URL(url).host} does not answer (${describeError(cause)}). Is it running? DATABASE_URL says where it is; npm start brings one.`,
      { cause },
    );
  };

/** Node's own codes are words (ECONNREFUSED); those of PostgreSQL are five characters, and come with a sentence. */
function isSilence(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isSilence);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return /^E[A-Z_]{4,}$/.test(code) || /timeout expired|terminated/.test(error.message);
}
