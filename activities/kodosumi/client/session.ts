import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import { KodosumiLogin } from '../../../schemas/families/masumi/kodosumi.ts';
import type { Wire } from './http.ts';
import { readJson, refusal } from './answers.ts';

export interface Session {
  /** The headers that carry the sign-in; signs in first where nobody has. */
  headers(): Promise<Record<string, string>>;
  /** After a 401 to these headers: signs in again, once for all who ask meanwhile. */
  renew(refused: Record<string, string>): Promise<Record<string, string>>;
}

export interface Credentials {
  username: string;
  password: string;
}

export function createSession(wire: Wire, credentials: Credentials): Session {
  let current: Promise<Record<string, string>> | undefined;
  const headers = (): Promise<Record<string, string>> => {
    const signingIn = current ?? signIn(wire, credentials);
    current = signingIn;
    signingIn.catch(() => {
      if (current === signingIn) current = undefined; // the next one tries again
    });
    return signingIn;
  };
  return {
    headers,
    async renew(refused) {
      // A caller with old headers gets the ones that another caller has renewed already.
      if (current !== undefined && (await current.catch(() => undefined)) === refused) current = undefined;
      return await headers();
    },
  };
}

/** Kodosumi reads the header and the cookie in different places: a flow's own calls home use the cookie. */
async function signIn(wire: Wire, { username, password }: Credentials): Promise<Record<string, string>> {
  const ask = {
    method: 'POST',
    path: '/api/login',
    body: JSON.stringify({ name: username, password }),
    contentType: 'application/json',
    harmless: true,
  } as const;
  const answer = await wire.ask(ask, {});
  if (answer.status === 401)
    throw new KodosumiError('Kodosumi refuses the username or password.', { status: 401 });
  if (answer.status >= 300) throw refusal(ask, answer);
  const token = readJson(ask, answer, KodosumiLogin).KODOSUMI_API_KEY;
  return { KODOSUMI_API_KEY: token, cookie: `kodosumi_jwt=${token}` };
}
