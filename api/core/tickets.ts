import { randomBytes } from 'node:crypto';
import { insertTicket } from '../../db/repositories/tickets.ts';
import { StreamTicket } from '../../schemas/core/api.ts';
import { sha256 } from '../keys/secrets.ts';
import { holderOf } from '../middleware/auth.ts';
import { defineRoute } from '../route.ts';

const TICKET_MS = 60_000;

const create = defineRoute({
  method: 'post',
  path: '/stream-tickets',
  summary: 'A ticket for one stream, because browsers cannot send a key with a WebSocket or an EventSource',
  tags: ['events'],
  scope: 'read',
  responses: { 201: { description: 'Used once, within 60 seconds, as ?ticket=.', schema: StreamTicket } },
  async handler({ deps, principal }) {
    const ticket = randomBytes(32).toString('base64url');
    const expiresAt = new Date(Date.now() + TICKET_MS);
    await insertTicket(deps.db.pool, sha256(ticket), { ...holderOf(deps, principal, ticket) }, expiresAt);
    return { status: 201, body: { ticket, expires_at: expiresAt.toISOString() } };
  },
});

export const ticketRoutes = [create];
