import { createMasumiNode } from '../../../activities/payment-service/client.ts';
import type { MasumiNode } from '../../../domain/masumi/ports/masumi-node.ts';
import { standInAgentIdentifier } from '../../../stand-ins/payment-service/agents.ts';
import { startMasumiStandIn, type MasumiStandIn } from '../../../stand-ins/payment-service/server.ts';
import { startMasumiApp, type MasumiApp, type MasumiOverrides } from './app.ts';
import { APPROVAL, HYMN } from './client.ts';

/** The family with a stand-in of the payment service, which keeps the contract's own time rules. */
export interface PaidApp extends MasumiApp {
  payments: MasumiStandIn;
  node: MasumiNode;
  /** What `/purchase` of the payment service needs. */
  apiKey: string;
}

export const API_KEY = 'a-key-of-the-tests';
const BLOCK_MS = 300;

export const settingName = (key: string): string => key.replaceAll(/\W/g, '_');

/** The hymn costs a fixed price, the approval too; other flows are not for sale until a test says so. */
export async function startPaidApp({
  wrapNode,
  ...overrides
}: MasumiOverrides & { wrapNode?: (real: MasumiNode) => MasumiNode } = {}): Promise<PaidApp> {
  const payments = await startMasumiStandIn({
    port: 0,
    apiKey: API_KEY,
    network: 'Preprod',
    blockMs: BLOCK_MS,
  });
  const node = createMasumiNode({ url: payments.url, apiKey: API_KEY, network: 'Preprod', timeoutMs: 2000 });
  const app = await startMasumiApp({ node: wrapNode?.(node) ?? node, ...overrides });
  for (const key of [HYMN, APPROVAL])
    app.settings[`AGENT_IDENTIFIER_${settingName(key)}`] = standInAgentIdentifier('fixed');
  return {
    ...app,
    payments,
    node,
    apiKey: API_KEY,
    async close() {
      await app.close();
      await payments.close();
    },
  };
}
