import type { z } from 'zod';
import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import { readJson, refusal } from './answers.ts';
import { nameOf, type Answer, type Ask, type Streamed, type Wire } from './http.ts';
import type { Session } from './session.ts';

/** Signed requests to Kodosumi. After a 401 it signs in again and sends the request once more, whatever it was. */
export interface Client {
  /** Throws for unsuccessful answers; a 404 returns undefined. */
  json<Schema extends z.ZodType>(ask: Ask, schema: Schema): Promise<z.infer<Schema> | undefined>;
  /** The same, but a 404 throws as well. */
  mustJson<Schema extends z.ZodType>(ask: Ask, schema: Schema): Promise<z.infer<Schema>>;
  /** The status of an answer without a body: a success, or 404. */
  bare(ask: Ask): Promise<number>;
  stream(ask: Ask & { signal: AbortSignal }): Promise<Streamed['body']>;
}

export function createClient(wire: Wire, session: Session): Client {
  const answered = async (ask: Ask): Promise<Answer> => {
    const answer = await signed(session, (headers) => wire.ask(ask, headers));
    if (answer.status >= 300 && answer.status !== 404) throw refusal(ask, answer);
    return answer;
  };
  const json: Client['json'] = async (ask, schema) => {
    const answer = await answered(ask);
    return answer.status === 404 ? undefined : readJson(ask, answer, schema);
  };
  return {
    json,
    async mustJson(ask, schema) {
      const answer = await answered(ask);
      if (answer.status === 404) throw refusal(ask, answer);
      return readJson(ask, answer, schema);
    },
    bare: async (ask) => (await answered(ask)).status,
    async stream(ask) {
      const { status, body } = await signed<Streamed>(session, (headers) => wire.stream(ask, headers), drop);
      if (status === 200) return body;
      drop({ body });
      throw new KodosumiError(`Kodosumi answered ${status} to ${nameOf(ask)}.`, { status });
    },
  };
}

const drop = ({ body }: Pick<Streamed, 'body'>): void => void body.destroy();

async function signed<Given extends { status: number }>(
  session: Session,
  send: (headers: Record<string, string>) => Promise<Given>,
  discard: (given: Given) => void = () => undefined,
): Promise<Given> {
  const headers = await session.headers();
  const first = await send(headers);
  if (first.status !== 401) return first;
  discard(first);
  return await send(await session.renew(headers));
}

/** A body of JSON to post. */
export const jsonBody = (value: unknown): Pick<Ask, 'body' | 'contentType'> => ({
  body: JSON.stringify(value),
  contentType: 'application/json',
});
