import { RATE_LIMIT, type House } from '../house.ts';
import { scenario } from '../scenario.ts';
import type { Json, Wire } from '../wire.ts';
import { KEY } from './flows.ts';

const TASK = { userId: 'ken', input: 'List the token symbols' };

/** Where keys are wanted: who may do what, tickets, other tenants, and the limit. */
export const keys = scenario('keys', async (wire, house) => {
  const at = house.guarded;
  const admin = { authorization: `Bearer ${house.adminKey}` };
  await withoutKey(wire, at);
  const made = await administer(wire, at, admin);
  await useKeys(wire, at, made);
  await streams(wire, house, made);
  await limited(wire, at, admin);
});

async function withoutKey(wire: Wire, at: string): Promise<void> {
  for (const line of [
    'GET /runs',
    'GET /workflows/nobody',
    `GET /mip003/${KEY.hymn}/availability`,
    'GET /nothing',
  ])
    await wire.ask(`without a key: ${line}`, line, { at });
  await wire.ask('alive without a key', 'GET /livez', { at });
  for (const authorization of [
    'nonsense',
    'Bearer nonsense',
    `Bearer sk_nobody_${'0'.repeat(48)}`,
    'Basic YTpi',
  ])
    await wire.ask(`with ${authorization}`, 'GET /runs', { at, headers: { authorization } });
  await wire.ask('a key in the address', 'GET /runs?api_key=x', { at });
  await wire.socket('a socket without a key', '/events', { at });
}

type Headers = Record<string, string>;
interface Made {
  ken: Headers;
  reader: Headers;
  stranger: Headers;
}

async function administer(wire: Wire, at: string, headers: Headers): Promise<Made> {
  const line = 'POST /admin/keys';
  const ken = await wire.ask('make a key', line, {
    at,
    headers,
    body: { name: 'ken', subject: 'ken', scopes: ['read', 'operate', 'approve'] },
  });
  const make = async (body: object): Promise<Json> => (await wire.quiet(line, { at, headers, body })).json;
  const reader = await make({ name: 'reader', subject: 'ken', scopes: ['read'] });
  const stranger = await make({
    name: 'stranger',
    subject: 'ken',
    tenant: 'elsewhere',
    scopes: ['read', 'operate', 'approve'],
  });
  const old = String((await make({ name: 'old', subject: 'old' }))['id']);
  await wire.ask('a key with a scope that is none', line, {
    at,
    headers,
    body: { name: 'x', subject: 'x', scopes: ['x'] },
  });
  await wire.ask('a key with a misspelt field', line, {
    at,
    headers,
    body: { name: 'x', subject: 'x', expiresAt: 1 },
  });
  await wire.ask('keys', 'GET /admin/keys', { at, headers });
  await wire.ask('replace a key', `POST /admin/keys/${old}/rotate`, {
    at,
    headers,
    body: { overlap_seconds: 60 },
  });
  await wire.ask('replace it again', `POST /admin/keys/${old}/rotate`, { at, headers });
  await wire.ask('end a key', `POST /admin/keys/${old}/revoke`, { at, headers });
  await wire.ask('end a key that is not there', 'POST /admin/keys/nobody/revoke', { at, headers });
  const bearer = ({ key }: Json): Headers => ({ authorization: `Bearer ${String(key)}` });
  return { ken: bearer(ken.json), reader: bearer(reader), stranger: bearer(stranger) };
}

async function useKeys(wire: Wire, at: string, { ken, reader, stranger }: Made): Promise<void> {
  const create = 'POST /workflows/create';
  await wire.ask('a reader creates', create, { at, headers: reader, body: TASK });
  await wire.ask('for another user', create, { at, headers: ken, body: { ...TASK, userId: 'ann' } });
  await wire.ask("another user's balance", 'GET /escrow/ann/balance', { at, headers: ken });
  await wire.ask("another user's tasks", 'GET /users/ann/workflows', { at, headers: ken });
  await wire.ask('administer without being allowed to', 'GET /admin/keys', { at, headers: ken });
  const { json } = await wire.ask('create', create, { at, headers: ken, body: TASK });
  const id = String(json['workflow']!['id']);
  await wire.until(
    `GET /workflows/${id}`,
    ({ workflow }) => String(workflow?.['status']) === 'awaiting_approval',
  );
  await wire.ask('a reader approves', `POST /workflows/${id}/approve`, { at, headers: reader, body: {} });
  for (const line of [
    `GET /workflows/${id}`,
    `GET /runs/${id}`,
    `GET /runs/${id}/receipt`,
    'GET /runs',
    'GET /events',
  ])
    await wire.ask(`from another tenant: ${line}`, line.replace(id, id), { at, headers: stranger });
  await wire.ask('from another tenant: cancel', `POST /workflows/${id}/cancel`, {
    at,
    headers: stranger,
    body: {},
  });
  await wire.ask('its owner cancels', `POST /workflows/${id}/cancel`, { at, headers: ken, body: {} });
}

async function streams(wire: Wire, { guarded: at }: House, { ken, reader }: Made): Promise<void> {
  const { json } = await wire.quiet('POST /workflows/create', { at, headers: ken, body: TASK });
  const id = String(json['workflow']!['id']);
  await wire.until(
    `GET /workflows/${id}`,
    ({ workflow }) => String(workflow?.['status']) === 'awaiting_approval',
  );
  const { json: made } = await wire.ask('a ticket', 'POST /stream-tickets', {
    at,
    headers: reader,
    body: {},
  });
  const ticket = String(made['ticket']);
  const path = `/runs/${id}/events?after=0&ticket=${encodeURIComponent(ticket)}`;
  await wire.socket('a reader looks and commands, by a ticket', path, {
    at,
    after: 4,
    say: [{ type: 'cancel', id: 'a' }],
    frames: 5,
  });
  await wire.socket('the ticket again', path, { at });
  await wire.ask('the ticket again, as SSE', `GET ${path}`, { at, headers: { accept: 'text/event-stream' } });
  await wire.socket('the key in the head', `/runs/${id}/events?after=0`, {
    at,
    headers: ken,
    after: 4,
    say: [{ type: 'cancel', id: 'b' }],
  });
}

/** Windows are minutes: a caller of its own, again with another where the minute ended in between. */
async function limited(wire: Wire, at: string, headers: Headers): Promise<void> {
  for (let round = 1; ; round += 1) {
    const { json } = await wire.quiet('POST /admin/keys', {
      at,
      headers,
      body: { name: 'busy', subject: `busy${round}` },
    });
    const busy = { authorization: `Bearer ${String(json['key'])}` };
    for (let i = 0; i < RATE_LIMIT; i += 1) await wire.quiet('GET /runs?limit=1', { at, headers: busy });
    if ((await wire.quiet('GET /runs?limit=1', { at, headers: busy })).status !== 429) continue;
    await wire.ask('too many requests', 'GET /runs', { at, headers: busy });
    await wire.ask("too many requests, in the family's words", 'GET /workflows/nobody', {
      at,
      headers: busy,
    });
    await wire.ask('health is not counted', 'GET /livez', { at, headers: busy });
    return;
  }
}
