import { describe, expect, it } from 'vitest';
import { answerShape, given, resolver } from '../../tests/support/given-payment-service.ts';
import { deviations } from '../../tests/support/openapi-comparison.ts';
import { standInAgentIdentifier } from './agents.ts';
import { BLOCK_MS, orderAt, purchaseOf, startTestStandIn, type Answer } from './test-stand-in.ts';

describe('every answer of the stand-in', () => {
  it('has the shape that the OpenAPI of the payment service gives it', async (context) => {
    const all = given(context);
    const standIn = await startTestStandIn();
    const check = (route: string, { status, body }: Answer<unknown>): void => {
      expect(deviations(body, answerShape(all, route, String(status)), resolver(all), route)).toEqual([]);
    };
    const payment = await standIn.pay({ metadata: 'job' });
    const { blockchainIdentifier } = payment;
    const post = async (path: string, body: object): Promise<void> =>
      check(`POST ${path}`, await standIn.post(path, body));
    const get = async (path: string, query = {}): Promise<void> =>
      check(`GET ${path}`, await standIn.get(path, query));
    await post('/payment', orderAt(standIn.control.clock.now()));
    await post('/payment/resolve-blockchain-identifier', { blockchainIdentifier });
    await post('/purchase', purchaseOf(payment));
    await post('/purchase', purchaseOf(payment));
    standIn.control.clock.advance(BLOCK_MS);
    await post('/payment/submit-result', { blockchainIdentifier, submitResultHash: 'ab'.repeat(32) });
    standIn.control.clock.advance(BLOCK_MS);
    await post('/purchase/request-refund', { blockchainIdentifier });
    standIn.control.clock.advance(BLOCK_MS);
    await post('/purchase/cancel-refund-request', { blockchainIdentifier });
    await post('/payment/authorize-refund', { blockchainIdentifier });
    await post('/purchase/resolve-blockchain-identifier', { blockchainIdentifier });
    await get('/payment');
    await get('/purchase');
    await get('/payment-source');
    await get('/health');
    const v2 = standIn.control.registerAgent({
      name: 'v2',
      pricing: { kind: 'Fixed', amounts: [{ unit: '', amount: '1' }] },
      sourceType: 'Web3CardanoV2',
    });
    await get('/registry/agent-identifier', { agentIdentifier: standInAgentIdentifier('fixed') });
    await get('/registry/agent-identifier', { agentIdentifier: v2.agentIdentifier });
  });
});
