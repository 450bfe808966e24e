import type { IncomingMessage } from 'node:http';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { clientAddress } from './address.ts';

const REMOTE = '10.0.0.1';

function requestWith(forwarded: string | undefined): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress: REMOTE }, headers } as unknown as IncomingMessage;
}

/** Express' own answer for the same request. */
function ipOf(forwarded: string | undefined, trustProxy: number): string | undefined {
  const app = express();
  app.set('trust proxy', trustProxy);
  return (Object.setPrototypeOf(requestWith(forwarded), app.request) as express.Request).ip;
}

describe('the address of a client', () => {
  it('is that of the connection while no proxy is trusted', () => {
    expect(clientAddress(requestWith('1.1.1.1'), 0)).toBe(REMOTE);
  });

  it('is what the last trusted proxy saw', () => {
    expect(clientAddress(requestWith('9.9.9.9, 1.1.1.1'), 1)).toBe('1.1.1.1');
    expect(clientAddress(requestWith('9.9.9.9, 1.1.1.1'), 2)).toBe('9.9.9.9');
  });

  it.each([undefined, '1.1.1.1', '9.9.9.9, 1.1.1.1', ' 9.9.9.9 ,,1.1.1.1 , ', ',', '::1,a b'])(
    'is the one that Express finds in %j',
    (forwarded) => {
      for (const hops of [0, 1, 2, 10])
        expect(clientAddress(requestWith(forwarded), hops)).toBe(ipOf(forwarded, hops));
    },
  );
});
