import type { IncomingMessage } from 'node:http';
import type { Response } from 'express';
import type { Principal } from '../../schemas/core/principal.ts';
import { clientAddress } from '../http/address.ts';
import { spend, type Services } from '../http/pipeline.ts';
import { authenticateStream } from '../middleware/auth.ts';
import { ApiError } from '../problem.ts';

export interface Admitted {
  principal: Principal;
  /** What each command costs. */
  toll: Toll;
}

export interface Toll {
  /** Takes a token of the rate limit; throws when there is none. */
  pay(): Promise<void>;
  /** Refusals since a command was last allowed. */
  readonly refusals: number;
}

/** Opening a stream takes a token, and so does a wrong key. The stream counts as open until `gone`. */
export async function admit(
  services: Services,
  req: IncomingMessage,
  ticket: string | undefined,
  gone: AbortSignal,
  res?: Response,
): Promise<Admitted> {
  const address = `ip:${clientAddress(req, services.deps.settings.trustProxy)}`;
  const principal = await authenticateStream(services.deps, req, ticket).catch(async (error: unknown) => {
    await spend(services, address, res); // guessing keys is limited like anything else
    throw error;
  });
  services.connections.isKnown(req, res);
  const caller = principal.keyId === null ? address : `key:${principal.keyId}`;
  await spend(services, caller, res);
  services.openStreams(caller, gone);
  return { principal, toll: createToll(() => spend(services, caller)) };
}

function createToll(take: () => Promise<void>): Toll {
  let refusals = 0;
  return {
    async pay() {
      await take().catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 'rate_limited') refusals += 1;
        throw error;
      });
      refusals = 0;
    },
    get refusals() {
      return refusals;
    },
  };
}
