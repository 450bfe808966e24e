import { envName, settingFor } from '../../../domain/masumi/flow-key.ts';
import { remembered } from '../../http/remembered.ts';
import { ApiError } from '../../problem.ts';
import { createFlowDirectory, type FlowDirectory, type KnownFlow } from './directory.ts';
import type { MasumiOptions } from './options.ts';
import { createPriceOf, type PriceOf } from './pricing.ts';
import { paymentServiceDown } from './problems.ts';

/** What orders are taken with: what there is, what it costs, who is paid. */
export interface Shop {
  options: MasumiOptions;
  directory: FlowDirectory;
  prices: PriceOf;
  /** Does the payment service answer? Asked once in a few seconds at most. */
  isPayable(): Promise<boolean>;
}

export function openShop(options: MasumiOptions): Shop {
  const { node } = options;
  const payment = remembered(async () => ({ status: (await node?.isHealthy()) === true ? 'ok' : 'down' }));
  return {
    options,
    directory: createFlowDirectory(options.kodosumi),
    prices: node === undefined ? () => Promise.reject(paymentServiceDown()) : createPriceOf(node),
    isPayable: async () => (await payment()).status === 'ok',
  };
}

/** A flow's agent identifier; undefined where none is configured, or where a name fits several flows. */
export async function identifierOf(
  { options, directory }: Shop,
  flow: KnownFlow,
): Promise<string | undefined> {
  const keys = (await directory.flows()).map(({ key }) => key);
  const found = settingFor('AGENT_IDENTIFIER', flow.key, keys, options.settings());
  return found.kind === 'set' ? found.value : undefined;
}

/** What makes a flow sellable, or the refusal that says what is missing (masumi.md section 5). */
export async function agentOf(
  { options, directory }: Shop,
  flow: KnownFlow,
): Promise<{ identifier: string; price: string | undefined }> {
  const settings = options.settings();
  const keys = (await directory.flows()).map(({ key }) => key);
  const identifier = settingFor('AGENT_IDENTIFIER', flow.key, keys, settings);
  if (identifier.kind === 'ambiguous') throw new ApiError('agent_not_configured', identifier.detail);
  if (identifier.kind === 'unset')
    throw new ApiError(
      'agent_not_configured',
      `No agent identifier is set for this flow: set AGENT_IDENTIFIER_${envName(flow.key)} (or AGENT_IDENTIFIER_${flow.key}, where names may have such characters).`,
    );
  if (options.node === undefined && !options.testMode)
    throw new ApiError(
      'payment_service_not_configured',
      'No payment service is configured: set PAYMENT_SERVICE_URL and PAYMENT_API_KEY.',
    );
  const price = settingFor('PRICE', flow.key, keys, settings);
  return { identifier: identifier.value, price: price.kind === 'set' ? price.value : undefined };
}
