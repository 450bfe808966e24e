import { HTTPFacilitatorClient } from '@x402/core/server';
import { paymentMiddleware, x402ResourceServer } from '@x402/express';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import { declarePaymentIdentifierExtension, PAYMENT_IDENTIFIER } from '@x402/extensions/payment-identifier';
import { ExactSvmScheme } from '@x402/svm/exact/server';
import express, { type Request } from 'express';
import type { AddressInfo } from 'node:net';
import { WRAPPED_SOL } from '../../../domain/assets.ts';
import type { LocalAssets } from '../../../embedded/chains/local-assets.ts';

/** A forgetful seller. It keeps no answers, so a repeated payment gets what the facilitator says about it. */
export interface TestSeller {
  url: string;
  /** Paid requests that reached the handlers. */
  handled: Request[];
  close(): Promise<void>;
}

export interface SellerTerms {
  amount?: string;
  maxTimeoutSeconds?: number;
  /** What payments on Solana must carry, so that equal ones differ in nothing but the blockhash. */
  memo?: string;
}

type Network = `${string}:${string}`;

/** `/evm`, `/solana` and `/sol` (wrapped SOL) cost `amount`; `/free` costs nothing; `/flaky` answers 503 unpaid. */
export async function startTestSeller(
  assets: LocalAssets,
  facilitatorUrl: string,
  { amount = '250000', maxTimeoutSeconds = 60, memo }: SellerTerms = {},
): Promise<TestSeller> {
  const { evm, solana, solanaNetwork } = assets;
  const onEvm = {
    scheme: 'exact',
    network: evm.network as Network,
    payTo: evm.sellers.market.address,
    price: { asset: evm.token.address, amount, extra: { name: evm.token.name, version: evm.token.version } },
    maxTimeoutSeconds,
  };
  const onSolana = (asset: string) => ({
    scheme: 'exact',
    network: solanaNetwork as Network,
    payTo: solana.sellers.market.address,
    price: { asset, amount, ...(memo === undefined ? {} : { extra: { memo } }) },
    maxTimeoutSeconds,
  });
  const server = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl }))
    .register(evm.network as Network, new ExactEvmScheme())
    .register(solanaNetwork as Network, new ExactSvmScheme());
  const extensions = { [PAYMENT_IDENTIFIER]: declarePaymentIdentifierExtension() };
  const handled: Request[] = [];
  const app = express();
  app.use(express.json());
  app.get('/free', (_, response) => void response.json({ free: true }));
  app.use(
    '/flaky',
    (_, response) => void response.status(503).set('retry-after', '2').json({ error: 'busy' }),
  );
  app.use(
    paymentMiddleware(
      {
        'POST /evm': { accepts: [onEvm], extensions },
        'POST /solana': { accepts: [onSolana(solana.mint.address)], extensions },
        'POST /sol': { accepts: [onSolana(WRAPPED_SOL)] },
      },
      server,
    ),
  );
  app.post('/{*path}', (request, response) => {
    handled.push(request);
    response.json({ done: true, got: request.body as unknown });
  });
  const listener = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    handled,
    close: () => new Promise((resolve) => void listener.close(() => resolve())),
  };
}
