import { OMNI_EVENTS } from '../../domain/omni/events.ts';
import { OMNI_SIGNALS } from '../../domain/omni/messages.ts';
import { toMnee } from '../../domain/omni/money.ts';
import type { WatchActivities } from '../../domain/omni/ports.ts';
import { tellTenant } from '../../db/notices.ts';
import { listAgents, listServices, type ServiceStanding } from '../../db/omni/standing.ts';
import { readState, writeHealth, writeLook } from '../../db/omni/state.ts';
import { raiseAttention, settleAttention } from '../../db/repositories/attention.ts';
import { agentStart } from './places.ts';
import type { OmniDeps } from './tools.ts';

const PROBE_MS = 5000;

/** What runs once for all: looks at the treasury and at the services. Each look may be repeated. */
export const createWatch = (deps: OmniDeps, places: number): WatchActivities => ({
  lookAtTreasury: () => lookAtTreasury(deps),
  checkServices: () => checkServices(deps),
  tellNewDay: () => tellNewDay(deps, places),
});

async function lookAtTreasury({ db, pay, tenant, warn }: OmniDeps): Promise<void> {
  const balance = await pay.chainBalance().catch((error: unknown) => {
    warn('omni: no node says what the treasury has', error);
    return undefined;
  });
  if (balance === undefined) return; // the last look counts for 30 s
  await writeLook(db.pool, tenant, { chainBalance: balance, gasBalance: null });
  const state = await readState(db.pool, tenant);
  if (state === undefined) return;
  const id = `omni_treasury_low:${tenant}`;
  if (balance >= state.lowBalance) return settleAttention(db.pool, id, 'The treasury has enough again.');
  await raiseAttention(db.pool, {
    id,
    tenant,
    kind: 'treasury_low',
    runId: null,
    detail: `The treasury has ${toMnee(balance)} MNEE on its chain, less than ${toMnee(state.lowBalance)}: send more to ${state.treasuryAddress ?? 'it'} and book it with "steward treasury put".`,
    data: { balance: toMnee(balance), low: toMnee(state.lowBalance) },
    recurs: true,
  });
}

async function checkServices(deps: OmniDeps): Promise<void> {
  const services = await listServices(deps.db.pool, deps.tenant);
  await Promise.all(services.map((service) => checkService(deps, service)));
}

async function checkService({ db, tenant, fetch }: OmniDeps, { id, url }: ServiceStanding): Promise<void> {
  const began = performance.now();
  const answer = await fetch(`${url}/health`, {
    method: 'GET',
    headers: { accept: 'application/json' },
    timeoutMs: PROBE_MS,
  }).catch(() => undefined);
  const healthy = answer !== undefined && answer.status >= 200 && answer.status < 300;
  const latencyMs = answer === undefined ? null : Math.round(performance.now() - began);
  const before = await writeHealth(db.pool, tenant, id, { healthy, latencyMs });
  const now = healthy ? 'healthy' : 'unhealthy';
  const isNews = before !== now && !(before === 'unknown' && healthy); // the first look at a healthy service is none
  if (before === undefined || !isNews) return;
  await tellTenant(db.pool, {
    tenant,
    family: 'omni',
    key: `service.${now}:${id}:${new Date().toISOString()}`,
    type: OMNI_EVENTS.service,
    data: { service_id: id, change: now, latency_ms: latencyMs },
  });
}

async function tellNewDay(deps: OmniDeps, places: number): Promise<void> {
  for (const { id } of await listAgents(deps.db.pool, deps.tenant))
    await deps.tellOrStart(
      agentStart(deps, { tenant: deps.tenant, agentId: id, places }),
      OMNI_SIGNALS.newDay,
      {},
    );
}
