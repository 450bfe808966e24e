import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { DiscoveryResource, type Catalogue } from './catalogue.ts';
import { answerInvalid, onlyLoopback } from './http.ts';

const MAX_PAGE = 100;

const filters = {
  type: z.string().min(1).optional(),
  network: z.string().min(1).optional(),
  scheme: z.string().min(1).optional(),
  payTo: z.string().min(1).optional(),
  extensions: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
};
const ListQuery = z.object({ ...filters, offset: z.coerce.number().int().min(0).default(0) });
const SearchQuery = z.object({
  ...filters,
  query: z.string().min(1).max(500),
  cursor: z.string().min(1).optional(),
});

/** Cursors are opaque to clients: the place to go on from, within the same query. */
const encodeCursor = (offset: number): string => Buffer.from(`o${offset}`).toString('base64url');

function decodeCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return 0;
  const match = /^o(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  return match ? Number(match[1]) : undefined;
}

/**
 * Bazaar discovery. Services are catalogued after their first settled payment, as the protocol says. They may also
 * register themselves, so that the first buyer finds them, too: `POST /discovery/resources` with what their 402 answer
 * says, from loopback only.
 */
export function createDiscoveryRouter(catalogue: Catalogue): Router {
  const router = Router();
  router.get('/discovery/resources', (request, response) => list(catalogue, request, response));
  router.get('/discovery/search', (request, response) => search(catalogue, request, response));
  router.post('/discovery/resources', onlyLoopback, (request, response) => {
    const parsed = DiscoveryResource.safeParse(request.body);
    if (!parsed.success) return answerInvalid(response, parsed.error);
    response.status(201).json(catalogue.put(parsed.data));
  });
  return router;
}

function list(catalogue: Catalogue, request: Request, response: Response): void {
  const parsed = ListQuery.safeParse(request.query);
  if (!parsed.success) return answerInvalid(response, parsed.error);
  const { limit, offset, ...filter } = parsed.data;
  const page = Math.min(limit, MAX_PAGE);
  const all = catalogue.list(filter);
  response.json({
    x402Version: 2,
    items: all.slice(offset, offset + page),
    pagination: { limit: page, offset, total: all.length },
  });
}

function search(catalogue: Catalogue, request: Request, response: Response): void {
  const parsed = SearchQuery.safeParse(request.query);
  if (!parsed.success) return answerInvalid(response, parsed.error);
  const { limit, cursor, query, ...filter } = parsed.data;
  const offset = decodeCursor(cursor);
  if (offset === undefined) return answerInvalid(response, 'cursor: use the one that the page before gave');
  const page = Math.min(limit, MAX_PAGE);
  const all = catalogue.search(query, filter);
  const next = offset + page;
  const hasMore = next < all.length;
  response.json({
    x402Version: 2,
    resources: all.slice(offset, next),
    partialResults: hasMore,
    pagination: hasMore ? { limit: page, cursor: encodeCursor(next) } : null,
  });
}
