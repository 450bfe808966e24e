/** For tests: the stock x402 client in the three steps that the engine takes: quote, sign, submit. */
import { x402Client, x402HTTPClient } from '@x402/core/client';
import type { Network, PaymentPayload, PaymentRequired, SettleResponse } from '@x402/core/types';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { ExactSvmScheme } from '@x402/svm/exact/client';
import { ExactSvmSchemeV1 } from '@x402/svm/exact/v1/client';
import { createKeyPairSignerFromBytes } from '@solana/kit';
import bs58 from 'bs58';
import { privateKeyToAccount } from 'viem/accounts';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';

export interface Call {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

export interface Bought {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
  readonly receipt: SettleResponse | undefined;
}

export interface Buyer {
  quote(call: Call): Promise<PaymentRequired>;
  /** Answers as a client does that knows x402 v1 only: it looks at the body, not at the header. */
  quoteV1(call: Call): Promise<PaymentRequired>;
  sign(required: PaymentRequired): Promise<PaymentPayload>;
  submit(call: Call, payload: PaymentPayload): Promise<Bought>;
  buy(call: Call): Promise<Bought>;
}

/** A buyer with the demo user's wallets, who pays on one of the chains. */
export async function createBuyer(assets: LocalAssets, chain: 'evm' | 'solana'): Promise<Buyer> {
  const { evm, solana, solanaNetwork, solanaNetworkV1 } = assets;
  const client = new x402Client();
  client.setSpendControls(false);
  if (chain === 'evm') {
    client.register(
      evm.network as Network,
      new ExactEvmScheme(privateKeyToAccount(evm.demoUser.privateKey as `0x${string}`)),
    );
  } else {
    const signer = await createKeyPairSignerFromBytes(bs58.decode(solana.demoUser.secretKey));
    client.register(solanaNetwork as Network, new ExactSvmScheme(signer, { rpcUrl: solana.rpcUrl }));
    client.registerV1(solanaNetworkV1, new ExactSvmSchemeV1(signer, { rpcUrl: solana.rpcUrl }));
  }
  const http = new x402HTTPClient(client);
  const quote = async (call: Call) => {
    const response = await send(call, {});
    return http.getPaymentRequiredResponse((name) => response.headers.get(name));
  };
  const submit = async (call: Call, payload: PaymentPayload): Promise<Bought> => {
    const response = await send(call, http.encodePaymentSignatureHeader(payload));
    const isPaid = response.headers.has('payment-response') || response.headers.has('x-payment-response');
    const receipt = isPaid ? http.getPaymentSettleResponse((name) => response.headers.get(name)) : undefined;
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body, headers: response.headers, receipt };
  };
  return {
    quote,
    quoteV1: async (call) => (await (await send(call, {})).json()) as PaymentRequired,
    sign: (required) => http.createPaymentPayload(required),
    submit,
    buy: async (call) => submit(call, await http.createPaymentPayload(await quote(call))),
  };
}

function send(
  { url, method = 'POST', body, key, signal }: Call,
  headers: Record<string, string>,
): Promise<Response> {
  return fetch(url, {
    method,
    ...(signal && { signal }),
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
