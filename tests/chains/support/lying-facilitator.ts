import express from 'express';
import { listen, type Listening } from '../../../stand-ins/facilitator/listen.ts';

interface Settlement {
  success: boolean;
  transaction: string;
  [other: string]: unknown;
}

/** The answer to a settlement. `settle` really settles, and may be left out. */
export type Lie = (settle: () => Promise<Settlement>) => Promise<{ status: number; body: object }>;

export interface LyingFacilitator extends Listening {
  /** From now on settlements are answered like this. Undefined: honestly. */
  lie(how: Lie | undefined): void;
}

/** A facilitator in front of another. It is honest about everything except settlements. */
export async function startLyingFacilitator(honestUrl: string): Promise<LyingFacilitator> {
  let how: Lie | undefined;
  const app = express();
  app.use(express.json({ limit: '1mb' }));
  app.use(async (request, response) => {
    const ask = () =>
      fetch(honestUrl + request.url, {
        method: request.method,
        headers: { 'content-type': 'application/json' },
        ...(request.method === 'POST' ? { body: JSON.stringify(request.body) } : {}),
      });
    if (how !== undefined && request.path === '/settle') {
      const { status, body } = await how(async () => (await (await ask()).json()) as Settlement);
      return void response.status(status).json(body);
    }
    const honest = await ask();
    response.status(honest.status).json(await honest.json());
  });
  return { ...(await listen(app, 0)), lie: (next) => void (how = next) };
}

/** Claims success with this transaction, and settles or does not. */
export const claims =
  (network: string, transaction: string, settles: boolean): Lie =>
  async (settle) => {
    const payer = settles ? ((await settle())['payer'] as string) : '';
    return { status: 200, body: { success: true, transaction, network, payer } };
  };
