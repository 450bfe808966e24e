import type { FamilyModule } from '../../family.ts';
import { adminRoutes } from './admin.ts';
import { agentRoutes, findAgentEntry, listAgentEntries } from './agents.ts';
import { alertRoutes } from './alerts.ts';
import { chatRoutes, chatStart } from './chat.ts';
import { omniStreams } from './events.ts';
import { healthOf } from './health.ts';
import { metricsOf } from './metrics.ts';
import { FAMILY } from './names.ts';
import type { OmniOptions } from './options.ts';
import { policyRoutes } from './policy.ts';
import { problemStyle } from './problems.ts';
import { findServiceEntry, listServiceEntries, serviceHealthRoute } from './services.ts';
import { statsRoutes } from './stats.ts';
import { transactionRoutes } from './transactions.ts';
import { treasuryRoutes } from './treasury.ts';

/** The family of agents with budgets: a policy decides about each call, which is paid on a chain (omni.md). */
export function createOmni(options: OmniOptions): FamilyModule {
  return {
    name: FAMILY,
    description: 'Agents with budgets: a policy decides about each call, which is paid on a chain.',
    routes: [
      ...chatRoutes(options),
      ...treasuryRoutes(options),
      ...agentRoutes(options),
      serviceHealthRoute(options),
      ...transactionRoutes(options),
      ...policyRoutes(options),
      ...statsRoutes(options),
      ...alertRoutes(options),
      ...adminRoutes(options),
    ],
    streams: omniStreams,
    problems: problemStyle,
    prefixes: ['/chat', '/treasury', '/transactions', '/policy', '/stats', '/alerts', '/omni'],
    root: { name: 'MNEE Nexus / Omni-Agent', version: '1.0.0', status: 'running' },
    /** Agents and what they spend are the tenant's; so are their chats. */
    sharedRuns: true,
    restart: chatStart(options),
    agents: (ctx) => listAgentEntries(ctx, options),
    agent: (ctx, id) => findAgentEntry(ctx, options, id),
    services: async (ctx) => ({ services: await listServiceEntries(ctx, options) }),
    service: (ctx, id) => findServiceEntry(ctx, options, id),
    metrics: (deps) => metricsOf(deps, options),
    health: (deps) => healthOf(deps, options),
  };
}
