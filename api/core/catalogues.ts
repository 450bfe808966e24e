import { z } from 'zod';
import { CatalogueEntry } from '../../schemas/core/api.ts';
import type { FamilyModule } from '../family.ts';
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
      return { status: 200, body: parts.flat().toSorted(byId) };
    },
  });

export const catalogueRoutes = (families: readonly FamilyModule[]): Route[] => [
  catalogue(families, 'flows', 'What can be run, of every family'),
  catalogue(families, 'agents', 'Who does the work, of every family'),
];
