import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openDatabase } from '../../db/database.ts';
import { applyTransfer } from '../../db/ledger.ts';
import { escrowAccount, worldAccount } from '../../domain/accounts.ts';
import { buildAssetBook, planAsset } from '../../domain/assets.ts';
import { move } from '../../domain/ledger.ts';
import { DEFAULT_TENANT } from '../../domain/tenants.ts';
import { startStack, type Stack } from '../../embedded/stack.ts';
import { echo } from '../../examples/family/07-family.ts';
import { loadConfig, type Config } from '../../families/config.ts';
import { families } from '../../families/index.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { ask } from '../api/support/api.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { uniqueTaskQueue } from '../support/temporal.ts';

const USER = 'ada';
const served = [...families, echo] as const;
const folder = temporaryFolder('example');
let database: FreshDatabase;
let stack: Stack;
let api: { url: string };

beforeAll(async () => {
  database = await freshDatabase();
  const ports = ['PORT', 'ANVIL_PORT', 'SURFPOOL_PORT', 'FACILITATOR_PORT', 'SERVICES_PORT'];
  const config = loadConfig(
    {
      ...Object.fromEntries(ports.map((name) => [name, '0'])),
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: inject('temporalNamespace'),
      TASK_QUEUE: uniqueTaskQueue('example'),
      DATA_DIR: folder,
      WORKFLOW_BUNDLE: await bundle(),
      RATE_LIMIT_PER_MINUTE: '0',
      VALIDATE_RESPONSES: 'on',
    },
    served,
  );
  stack = await startStack(config, {
    application: true,
    standIns: false,
    families: served,
    log: pino({ level: 'silent' }),
    progress: () => undefined,
  });
  api = { url: stack.application!.url };
  await fund(stack.environment.config);
}, 240_000);

afterAll(async () => {
  await stack.stop();
  await database.drop();
}, 60_000);

/** The sandbox's bundle with the example's workflow in it. */
async function bundle(): Promise<string> {
  const workflowsPath = join(import.meta.dirname, '../../examples/family/08-bundle.ts');
  const { code } = await bundleWorkflows({ workflowsPath });
  const path = join(folder, 'workflows.js');
  writeFileSync(path, code);
  return path;
}

/** As a deposit books it. */
async function fund(config: Config): Promise<void> {
  const db = await openDatabase(database.url);
  const asset = planAsset(buildAssetBook(config));
  await applyTransfer(db.pool, {
    id: 'deposit:example',
    kind: 'deposit',
    state: 'posted',
    tenant: DEFAULT_TENANT,
    entries: move(worldAccount(asset), escrowAccount(DEFAULT_TENANT, USER, asset), 1_000_000n),
  });
  await db.close();
}

const post = (path: string, body: object) => ask(api, path, { method: 'POST', body });

/** The one thing of this kind that waits for a person, of this run. */
async function untilAsked(runId: string, kind: 'input' | 'approval'): Promise<Record<string, unknown>> {
  const waiting = async (): Promise<Record<string, unknown> | undefined> => {
    const { body } = await ask(api, `/approvals?status=pending&kind=${kind}`);
    return (body['approvals'] as Record<string, unknown>[]).find(({ run_id }) => run_id === runId);
  };
  await expect.poll(waiting, { timeout: 60_000 }).toBeDefined();
  return (await waiting())!;
}

test('a family from outside asks a person, pays a service and is told like any other run', async () => {
  const created = await post('/echoes', { text: 'The house stands. The door is open.', userId: USER });
  expect(created).toMatchObject({ status: 201, body: { status: 'created' } });
  const id = String(created.body['id']);

  const question = await untilAsked(id, 'input');
  expect(question).toMatchObject({ prompt: 'How loud shall the echo be?', form: [{ id: 'volume' }] });
  expect((await ask(api, `/echoes/${id}`)).body).toEqual({ id, status: 'awaiting_input' });
  expect(await post(`/runs/${id}/inputs`, { data: { volume: 'deafening' } })).toMatchObject({ status: 400 });
  expect(await post(`/runs/${id}/inputs`, { data: { volume: 'loud' } })).toMatchObject({ status: 202 });

  const approval = await untilAsked(id, 'approval');
  expect(approval['maximum']).toMatchObject({ asset: 'USDC' });
  const decision = { decision: 'approve', plan_hash: approval['plan_hash'] };
  expect(await post(`/approvals/${String(approval['id'])}`, decision)).toMatchObject({ status: 200 });

  const read = async () => (await ask(api, `/runs/${id}`)).body;
  await expect.poll(async () => (await read())['status'], { timeout: 90_000 }).toBe('completed');
  const { body: payments } = await ask(api, `/payments?run_id=${id}`);
  expect(payments['payments']).toMatchObject([{ run_id: id, status: 'settled', amount: '30000' }]);
  expect(JSON.stringify((await read())['output'])).toContain('THE HOUSE STANDS.');
  const { events } = (await ask(api, `/runs/${id}/events`)).body as { events: { type: string }[] };
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['input.received', 'echo.heard', 'approval.granted', 'payment.settled']),
  );
  expect(events.at(-1)?.type).toBe('run.completed');
}, 240_000);

test('its names are in the documents, the settings and the answers of the engine', async () => {
  const { body: document } = await ask(api, '/openapi.json');
  const { paths, components } = document as {
    paths: Record<string, unknown>;
    components: { schemas: Record<string, { enum?: string[] }> };
  };
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/echoes', '/echoes/{id}']));
  expect(components.schemas['EventType']?.enum).toEqual(
    expect.arrayContaining(['run.completed', 'payment.changed', 'echo.heard']),
  );
  expect((await ask(api, '/health')).body['families']).toMatchObject({
    echo: { status: 'healthy' },
    reasoning: { checks: { planner: 'ok' } },
  });
  for (const missing of ['none', '%00'])
    expect(await ask(api, `/echoes/${missing}`)).toMatchObject({
      status: 404,
      body: { code: 'echo_not_found' },
    });
  expect(() => loadConfig({ ECHO_ASK_FOR_MS: 'long' }, served)).toThrow('ECHO_ASK_FOR_MS');
});
