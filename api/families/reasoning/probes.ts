import type { Config } from '../../../config/config.ts';
import { providerOf } from '../../../domain/models/provider.ts';
import type { HealthCheck } from '../../family.ts';
import { remembered } from '../../http/remembered.ts';
import type { ReasoningOptions } from './options.ts';

const TIMEOUT_MS = 1500; // health itself waits two seconds

/** Looks at the outside systems, each at most once in a few seconds. */
export function createProbes(config: Config): ReasoningOptions['probes'] {
  return {
    chain: remembered(() => probeChain(config.SOLANA_RPC_URL)),
    facilitator: remembered(() => probeFacilitator(config.FACILITATOR_URL)),
    planner: async () => plannerState(config),
  };
}

async function probeChain(url: string | undefined): Promise<HealthCheck> {
  if (url === undefined) return { status: 'off', detail: 'SOLANA_RPC_URL is not set' };
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getSlot', params: [] }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { result } = (await answer.json()) as { result?: unknown };
  return typeof result === 'number'
    ? { status: 'ok', detail: `slot ${result}` }
    : { status: 'degraded', detail: 'no slot' };
}

async function probeFacilitator(url: string | undefined): Promise<HealthCheck> {
  if (url === undefined) return { status: 'off', detail: 'FACILITATOR_URL is not set' };
  const answer = await fetch(`${url.replace(/\/$/, '')}/supported`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.body?.cancel();
  return answer.ok ? { status: 'ok' } : { status: 'degraded', detail: `/supported answers ${answer.status}` };
}

/** A model is not called to see whether it answers: that costs money. */
function plannerState(config: Config): HealthCheck {
  const provider = providerOf(config);
  return { status: 'ok', detail: provider === 'offline' ? 'offline rules' : provider };
}
