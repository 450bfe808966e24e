import { z } from 'zod';
import { CatalogueEntry } from '../../schemas/core/api.ts';
import type { FamilyModule } from '../family.ts';
import { ApiError } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';

const byId = (a: CatalogueEntry, b: CatalogueEntry): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** One catalogue for all families: a bare array, sorted by id (common.md, "Shared resources"). */
const catalogue = (families: readonly FamilyModule[], name: 'flows' | 'agents', summary: string): Route =>
  defineRoute({
    method: 'get',
    path: `/${name}`,
    summary,
    tags: ['catalogue'],
    scope: 'read',
    query: z.object({ family: z.string().max(64).optional() }),
    responses: { 200: { description: 'All of them, sorted by id.', schema: z.array(CatalogueEntry) } },
    async handler(ctx, { query: { family } }) {
      const asked = families.filter((each) => family === undefined || each.name === family);
      const parts = await Promise.all(asked.map(async (each) => each[name]?.(ctx) ?? []));
      const entries = parts.flat().toSorted(byId);
      return { status: 200, body: name === 'agents' ? entries.map(withMoney) : entries };
    },
  });

const agent = (families: readonly FamilyModule[]): Route =>
  defineRoute({
    method: 'get',
    path: '/agents/:id',
    missing: { id: 'agent_not_found' },
    summary: 'One agent',
    tags: ['catalogue'],
    scope: 'read',
    params: z.object({ id: z.string().min(1).max(250) }),
    responses: { 200: { description: 'The agent.', schema: CatalogueEntry } },
    errors: ['agent_not_found'],
    async handler(ctx, { params: { id } }) {
      for (const each of families) {
        const found =
          (await each.agent?.(ctx, id)) ?? (await each.agents?.(ctx))?.find((entry) => entry.id === id);
        if (found !== undefined) return { status: 200, body: withMoney(found) };
      }
      throw new ApiError('agent_not_found', 'No agent has this id; GET /agents lists them.');
    },
  });

/** Clients of agents with budgets read these of every agent (omni.md, section 1); most agents have no budget. */
const NO_BUDGET = {
  priority: 'MEDIUM',
  dailyBudget: 0,
  maxPerCall: 0,
  currentDailySpend: 0,
  remainingBudget: 0,
  paused: false,
  rolloverBudget: 0,
  has_budget: false,
};

const withMoney = (entry: CatalogueEntry): CatalogueEntry => ({ ...NO_BUDGET, ...entry });

export const catalogueRoutes = (families: readonly FamilyModule[]): Route[] => [
  catalogue(families, 'flows', 'What can be run, of every family'),
  catalogue(families, 'agents', 'Who does the work, of every family'),
  agent(families),
];
