import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coreRoutes, coreStreams } from '../../api/core/index.ts';
import type { FamilyModule } from '../../api/family.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { insertBudget } from '../../db/repositories/budget-records.ts';
import { beginWindow, holdInBudget } from '../../db/repositories/budgets.ts';
import { insertJob } from '../../db/masumi/jobs.ts';
import { insertRun } from '../../db/repositories/runs.ts';
import { saveReport } from '../../db/repositories/reconciliation.ts';
import { createSealer } from '../../db/sealing.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { startKodosumiStandIn, type StandIn } from '../../stand-ins/kodosumi/stand-in.ts';
import { HYMN } from '../masumi/support/client.ts';
import { ask, openStack, type Answer, type ApiStack } from './support/api.ts';
import { STANDINGS, type Standing, type Subject } from './support/every-route.ts';
import { allFamilies } from './support/families.ts';
import { createWriter } from './support/streams.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
const OWNER = 'user-a';
const SECRET = 'my secret topic';
const RUNS = { reasoning: 'wf_1234567890123_0123456789abcdef', masumi: randomUUID(), visit: randomUUID() };
const FAMILIES = ['reasoning', 'masumi'] as const;

let stack: ApiStack;
let kodosumi: StandIn;
let families: FamilyModule[];
let api: { url: string };
let writer: ReturnType<typeof createWriter>;
let headers: Record<Who, Record<string, string>>;

/** `elsewhere` is a subject of another tenant with the owner's name. */
type Who = 'owner' | 'other' | 'admin' | 'visitor' | 'elsewhere';
const EVERYBODY: readonly Who[] = ['owner', 'other', 'admin', 'visitor', 'elsewhere'];
beforeAll(async () => {
  [stack, kodosumi] = await Promise.all([
    openStack(),
    startKodosumiStandIn({ port: 0, password: 'p', flows: testFlows }),
  ]);
  families = allFamilies(kodosumi.url);
  api = await stack.start({ families, settings: { auth: 'on', adminKey: ADMIN, commandTimeoutMs: 500 } });
  writer = createWriter(stack.db);
  for (const family of FAMILIES) await leaveTraces(RUNS[family], family, OWNER);
  await leaveTraces(RUNS.visit, 'masumi', 'visitor');
  const findings = [RUNS.reasoning, RUNS.masumi, RUNS.visit].map((runId) => ({
    kind: 'held_after_end',
    tenant: 'default',
    runId,
    object: runId,
    detail: 'Look.',
    repaired: false,
  }));
  await saveReport(stack.db.pool, { id: 'report', took_ms: 1, accounts: [], findings });
  headers = {
    owner: await keyOf(OWNER),
    other: await keyOf('user-b'),
    admin: await keyOf('chief', ['admin']),
    visitor: {},
    elsewhere: await keyOf(OWNER, undefined, 'elsewhere'),
  };
});
afterAll(async () => {
  await writer.close();
  await stack.close();
  await kodosumi.close();
});

async function keyOf(
  subject: string,
  scopes = ['read', 'operate', 'approve'],
  tenant = 'default',
): Promise<Record<string, string>> {
  const body = { name: subject, subject, tenant, scopes };
  const answer = await ask(api, '/admin/keys', {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${ADMIN}` },
  });
  return { authorization: `Bearer ${String(answer.body['key'])}` };
}

const sealer = createSealer('a secret of the tests');

/** A run with everything that can belong to one. */
async function leaveTraces(run: string, family: string, subject: string): Promise<void> {
  const { pool } = stack.db;
  await insertRun(pool, sealer, {
    id: run,
    tenant: 'default',
    family,
    kind: 'test',
    subject,
    workflowId: run,
    input: { input: SECRET, input_data: { topic: SECRET } },
    settings: { pricing: 'simulated' },
  });
  await writer.emit(run, { key: 'begun', type: 'step.progress', data: { topic: SECRET } });
  await pool.query(`update run set status = 'running' where id = $1`, [run]);
  await insertJob(pool, sealer, {
    runId: run,
    tenant: 'default',
    flowKey: HYMN,
    identifier: run,
    inputHash: 'hash',
    inputs: { values: { topic: SECRET }, files: [] },
  });
  await pool.query(`insert into approval (id, run_id, tenant, data) values ($1, $2, 'default', '{}')`, [
    `approval-${run}`,
    run,
  ]);
  await pool.query(
    `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed)
     values ($1, 'default', $2, 's', 1, 'x402-solana', 'solana:test', 'solana:test/token:mint', 1, 'seller', 'unknown', 'x')`,
    [`payment-${run}`, run],
  );
  await pool.query(
    `insert into account (id, tenant, kind, owner, asset, capped) values ($1, 'default', 'reserve', $2, 'solana:test/token:mint', true)`,
    [`account-${run}`, run],
  );
  await leaveBudget(run, subject);
  await raiseAttention(pool, {
    id: `item-${run}`,
    kind: 'payment_unknown',
    detail: 'Look.',
    tenant: 'default',
    runId: run,
  });
}

/** A budget for this subject alone, which a payment of the run holds something of. */
async function leaveBudget(run: string, subject: string): Promise<void> {
  const { pool } = stack.db;
  const id = `budget-${run}`;
  await insertBudget(pool, {
    id,
    tenant: 'default',
    name: 'n',
    applies_to: { subject },
    asset: 'solana:test/token:mint',
    unit: null,
    decimals: 6,
    amount: '1',
    period: 'total',
    mode: 'hard',
    rollover: null,
    alerts: [],
    approve_above: null,
    created_by: 'chief',
  });
  await beginWindow(pool, id, { key: 'total', startsAtMs: 0, endsAtMs: null }, 0n);
  const hold = { budget: id, window: 'total', amount: 1n, runId: run };
  await stack.db.transaction((client) =>
    holdInBudget(client, {
      ...hold,
      heldFor: { paymentId: `payment-${run}`, transferId: `transfer-${run}` },
      alerted: [],
    }),
  );
}

const mounted = (): string[] => [
  ...[...coreRoutes(families), ...families.flatMap(({ routes }) => routes)].map(
    ({ method, path }) => `${method} ${path}`,
  ),
  ...[...coreStreams, ...families.flatMap(({ streams = [] }) => streams)].map(({ path }) => `get ${path}`),
];

type About = Extract<Standing, { kind: 'engine' | 'purchaser' | 'user' }>;
const about = (...kinds: Standing['kind'][]): [string, About][] =>
  Object.entries(STANDINGS).filter((entry): entry is [string, About] => kinds.includes(entry[1].kind));

async function send(who: Who, route: string, standing: About, of: Subject): Promise<Answer> {
  const { path, body } = standing.ask(of);
  const method = route.split(' ')[0]!.toUpperCase();
  return ask(api, path, { method, body, headers: headers[who] });
}

/** What the caller learns: that there is nothing, that a key is needed, or something. */
function verdict({ status, text }: Answer): 'seen' | 'absent' | 'keyless' | 'forbidden' {
  if (status === 404) return 'absent';
  if (status === 401) return 'keyless';
  if (status === 403) return 'forbidden';
  expect(status === 503 || status < 500, text).toBe(true);
  return 'seen';
}

const KEPT: Record<Who, ReturnType<typeof verdict>> = {
  owner: 'seen',
  other: 'absent',
  admin: 'seen',
  visitor: 'keyless',
  elsewhere: 'absent',
};

describe('every route', () => {
  test('is in the table of who sees what, and the table has no other routes', () => {
    expect(Object.keys(STANDINGS).toSorted()).toEqual([...new Set(mounted())].toSorted());
  });

  test('that names a run, or something that belongs to one, is not marked there as showing nothing of runs', () => {
    const open = new Set(Object.keys(STANDINGS).filter((route) => STANDINGS[route]!.kind === 'none'));
    const named = mounted().filter((route) =>
      /^\w+ \/(runs|payments|approvals|attention|workflows)\/:/.test(route),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((route) => open.has(route))).toEqual([]);
  });
});

describe('a run of a subject', () => {
  test.each(
    Object.entries(STANDINGS).flatMap(([route, it]) => (it.kind === 'list' ? [[route, it.path]] : [])),
  )('%s lists it to its own subject and to admins', async (_route, path = '') => {
    for (const who of EVERYBODY) {
      const { status, text } = await ask(api, path, { headers: headers[who] });
      expect(status).toBe(who === 'visitor' ? 401 : 200);
      const shown = [...FAMILIES.map((family) => RUNS[family]), RUNS.visit].filter((run) =>
        text.includes(run),
      );
      const all = [RUNS.reasoning, RUNS.masumi, RUNS.visit];
      const expected = { admin: all, owner: all.slice(0, 2), other: [], visitor: [], elsewhere: [] }[who];
      expect([who, ...shown]).toEqual([who, ...expected]);
    }
  });

  test.each(about('engine'))('%s is for its own subject and for admins', async (route, standing) => {
    for (const family of FAMILIES) {
      if (standing.family !== undefined && standing.family !== family) continue;
      const of = { run: RUNS[family], owner: OWNER, flow: HYMN };
      for (const who of EVERYBODY) {
        const answer = await send(who, route, standing, of);
        expect([family, who, verdict(answer)], answer.text).toEqual([family, who, KEPT[who]]);
        if (KEPT[who] !== 'seen') expect(answer.text).not.toContain(SECRET);
      }
    }
  });

  test.each(about('purchaser'))(
    '%s shows it to no visitor, even one who knows its id',
    async (route, standing) => {
      for (const who of EVERYBODY) {
        const answer = await send(who, route, standing, { run: RUNS.masumi, owner: OWNER, flow: HYMN });
        expect([who, verdict(answer)], answer.text).toEqual([who, who === 'visitor' ? 'absent' : KEPT[who]]);
      }
    },
  );

  test.each(about('user'))('%s names its owner, and refuses everybody else', async (route, standing) => {
    const of = { run: '', owner: OWNER, flow: HYMN };
    expect(verdict(await send('other', route, standing, of))).toBe('forbidden');
    expect(verdict(await send('visitor', route, standing, of))).toBe('keyless');
    expect(['keyless', 'forbidden']).not.toContain(verdict(await send('owner', route, standing, of)));
    expect((await send('elsewhere', route, standing, of)).text).not.toContain(RUNS.reasoning);
  });

  test.each([
    [`/runs/${RUNS.masumi}/events`],
    [`/runs/${RUNS.reasoning}/events`],
    [`/workflows/${RUNS.reasoning}/stream`],
  ])('%s as a stream is for its own subject and for admins, by socket and by SSE', async (path) => {
    for (const who of EVERYBODY) {
      const wanted = { seen: 'connected', absent: 4404, keyless: 4401, forbidden: 4403 }[KEPT[who]];
      expect([who, await connect(who, path)]).toEqual([who, wanted]);
      const status = { seen: 200, absent: 404, keyless: 401, forbidden: 403 }[KEPT[who]];
      expect([who, await openEvents(who, path)]).toEqual([who, status]);
    }
  });
});

async function connect(who: Who, path: string): Promise<number | 'connected'> {
  const socket = new WebSocket(api.url.replace('http', 'ws') + path, { headers: headers[who] });
  const end = await new Promise<number | 'connected'>((resolve) => {
    socket.once('close', resolve);
    socket.on('message', (data: Buffer) => {
      if (data.toString('utf8').includes('"connected"')) resolve('connected');
    });
  });
  socket.terminate();
  return end;
}

async function openEvents(who: Who, path: string): Promise<number> {
  const abort = new AbortController();
  const accept = { accept: 'text/event-stream' };
  const answer = await fetch(api.url + path, {
    headers: { ...accept, ...headers[who] },
    signal: abort.signal,
  });
  abort.abort();
  return answer.status;
}

describe('a job of a visitor', () => {
  const of = { run: RUNS.visit, owner: 'visitor', flow: HYMN };

  test.each(about('purchaser'))('%s is for whoever knows its id, in its tenant', async (route, standing) => {
    for (const who of EVERYBODY) {
      const answer = await send(who, route, standing, of);
      expect([who, verdict(answer)], answer.text).toEqual([who, who === 'elsewhere' ? 'absent' : 'seen']);
      expect(answer.text).not.toContain(SECRET);
    }
  });

  test.each(about('engine').filter(([, { family }]) => family !== 'reasoning'))(
    '%s is for admins alone',
    async (route, standing) => {
      for (const who of EVERYBODY) {
        const kept = who === 'owner' ? 'absent' : KEPT[who];
        expect([who, verdict(await send(who, route, standing, of))]).toEqual([who, kept]);
      }
    },
  );

  test('is closed to the keys of users once the agents are no longer public', async () => {
    const closed = await stack.start({
      families: allFamilies(kodosumi.url, false),
      settings: { auth: 'on', adminKey: ADMIN },
    });
    const status = async (who: Who) =>
      (await ask(closed, `/mip003/${HYMN}/status?job_id=${RUNS.visit}`, { headers: headers[who] })).status;
    expect([await status('owner'), await status('visitor'), await status('admin')]).toEqual([404, 401, 200]);
  });
});

describe('a family that shares its runs', () => {
  test('shows them to every subject of the tenant, and to no other tenant', async () => {
    const shared = await stack.start({
      families: families.map((family) => ({
        ...family,
        ...(family.name === 'masumi' && { sharedRuns: true as const }),
      })),
      settings: { auth: 'on', adminKey: ADMIN },
    });
    const runs = async (who: Who) =>
      ((await ask(shared, '/runs', { headers: headers[who] })).body['runs'] as { id: string }[]).map(
        ({ id }) => id,
      );
    expect((await runs('other')).toSorted()).toEqual([RUNS.masumi, RUNS.visit].toSorted());
    expect(await runs('elsewhere')).toEqual([]);
    expect((await ask(shared, `/payments/payment-${RUNS.masumi}`, { headers: headers.other })).status).toBe(
      200,
    );
    expect(
      (await ask(shared, `/payments/payment-${RUNS.reasoning}`, { headers: headers.other })).status,
    ).toBe(404);
  });

  test('hides them again when it is no longer served', async () => {
    const without = await stack.start({
      families: [families[0]!],
      settings: { auth: 'on', adminKey: ADMIN },
    });
    const status = async (who: Who) =>
      (await ask(without, `/runs/${RUNS.masumi}`, { headers: headers[who] })).status;
    expect([await status('owner'), await status('other')]).toEqual([200, 404]);
  });
});
