import { listServices } from '../../../db/omni/standing.ts';
import { readState } from '../../../db/omni/state.ts';
import type { ApiDeps } from '../../context.ts';
import type { HealthCheck, HealthPart } from '../../family.ts';
import type { OmniOptions } from './options.ts';

/** The family's part of `/health`: what the watch saw last. */
export async function healthOf({ db }: ApiDeps, { tenant }: OmniOptions): Promise<HealthPart> {
  const [state, services] = await Promise.all([readState(db.pool, tenant), listServices(db.pool, tenant)]);
  const down = services.filter(({ active, health }) => active && health === 'unhealthy').map(({ id }) => id);
  return {
    checks: { providers: providers(down), treasury: treasury(state) },
    metrics: { omni_mode: state?.mode ?? null },
  };
}

const providers = (down: readonly string[]): HealthCheck =>
  down.length === 0
    ? { status: 'ok' }
    : { status: 'degraded', detail: `does not answer: ${down.join(', ')}` };

function treasury(state: Awaited<ReturnType<typeof readState>>): HealthCheck {
  if (state === undefined) return { status: 'off', detail: 'no worker has loaded the agents yet' };
  if (state.mode === 'mock') return { status: 'ok', detail: 'mock: nothing is on a chain' };
  if (state.chainBalance === null)
    return { status: 'degraded', detail: 'no node has told its balance for 30 s' };
  return state.chainBalance < state.lowBalance
    ? { status: 'degraded', detail: 'it is below lowBalance' }
    : { status: 'ok' };
}
