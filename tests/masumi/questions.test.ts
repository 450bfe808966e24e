import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markdown, type StandInFlow } from '../../stand-ins/kodosumi/flow.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { ask } from '../api/support/api.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import {
  APPROVAL,
  expectProblem,
  HYMN,
  post,
  provide,
  sell,
  startAsking,
  startJob,
  statusOf,
  until,
} from './support/client.ts';

const TWO = '-_localhost_8001_two_-_';
const form = (name: string) => [{ type: 'text', name, label: name, value: null, required: true }];

/** Asks two people at once, then one of them again. */
const two: StandInFlow = {
  url: '/-/localhost/8001/two/-/',
  summary: 'Two',
  elements: [],
  async run({ lock }) {
    const given = await Promise.all([lock('first', form('a')), lock('second', form('b'))]);
    const last = await lock('third', form('c'));
    return markdown([...given, last].map((answer) => JSON.stringify(answer)).join(' '));
  },
};

const INVOICES = '-_localhost_8001_invoices_-_';
const invoice = (number: number) => [
  { type: 'markdown', text: `Pay invoice ${number}?` },
  {
    type: 'select',
    name: 'pay',
    label: 'Pay',
    option: [
      { name: 'yes', label: 'Yes' },
      { name: 'no', label: 'No' },
    ],
  },
];

/** Asks three times, the last two times with the same form. */
const invoices: StandInFlow = {
  url: '/-/localhost/8001/invoices/-/',
  summary: 'Invoices',
  elements: [],
  async run({ lock }) {
    const answers = [await lock('1', invoice(1)), await lock('2', invoice(2)), await lock('3', invoice(2))];
    return markdown(JSON.stringify(answers));
  },
};

let app: MasumiApp;

beforeAll(async () => {
  app = await startMasumiApp({
    flows: [...testFlows, two, invoices],
    settings: { auth: 'on', adminKey: ADMIN },
    options: { isPublic: true },
    workers: { maxConcurrentActivities: PLACES },
  });
  sell(app, APPROVAL, HYMN, TWO, INVOICES);
});
afterAll(() => app.close());

const PLACES = 2; // so few tasks at once must do for any number of jobs that wait
const ADMIN = 'the-operator-of-these-tests';

/** Waits for the next question after this one. */
async function nextQuestion(jobId: string, earlier?: unknown, key = TWO): Promise<Record<string, unknown>> {
  let asked: Record<string, unknown> = {};
  await expect
    .poll(async () => {
      asked = await statusOf(app, key, jobId);
      return asked['status'] === 'awaiting_input' && asked['id'] !== earlier;
    })
    .toBe(true);
  return asked;
}

describe('Questions', () => {
  test('that are open at once are asked one after the other, the oldest first', async () => {
    const started = await startJob(app, TWO, 'two', {});
    const jobId = String(started.body['id']);
    const first = await nextQuestion(jobId);
    expect(first['input_schema']).toMatchObject({ input_data: [{ id: 'a' }] });
    const receipt = await provide(app, jobId, String(first['id']), { a: 'one' }, TWO);
    expect(receipt.status, receipt.text).toBe(200);
    const second = await nextQuestion(jobId, String(first['id']));
    expect(second['input_schema']).toMatchObject({ input_data: [{ id: 'b' }] });
    const again = await provide(app, jobId, String(first['id']), { a: 'one' }, TWO);
    expect(again.body).toEqual(receipt.body);
    const other = await provide(app, jobId, String(first['id']), { a: 'another' }, TWO);
    expectProblem(other, 409, 'stale_status_id');
    expect((await provide(app, jobId, undefined, { b: 'two' }, TWO)).status).toBe(200);
    const third = await nextQuestion(jobId, String(second['id']));
    expect((await provide(app, jobId, String(third['id']), { c: 'three' }, TWO)).status).toBe(200);
    const done = await until(app, TWO, jobId, 'completed');
    expect(done['result']).toBe('{"a":"one"} {"b":"two"} {"c":"three"}');
  });

  test('are told apart by the hash of their form when a purchaser names none: a repetition answers no later one', async () => {
    const started = await startJob(app, INVOICES, 'invoices', {});
    const jobId = String(started.body['id']);
    const answer = (hash: string, pay: unknown) =>
      post(app, `/mip003/${INVOICES}/provide_input`, {
        job_id: jobId,
        input_schema_hash: hash,
        input_data: { pay },
      });
    const first = await nextQuestion(jobId, undefined, INVOICES);
    const receipt = await answer('one', [0]);
    expect(receipt.status, receipt.text).toBe(200);
    const second = await nextQuestion(jobId, first['id'], INVOICES);
    expect((await answer('one', [0])).body).toEqual(receipt.body);
    expectProblem(await answer('one', [1]), 409, 'stale_status_id');
    expect((await statusOf(app, INVOICES, jobId))['id']).toBe(second['id']);
    expect((await answer('two', ['No'])).status).toBe(200);
    await nextQuestion(jobId, second['id'], INVOICES);
    expect((await answer('two', 'Yes')).status).toBe(200);
    const done = await until(app, INVOICES, jobId, 'completed');
    expect(done['result']).toBe('[{"pay":"yes"},{"pay":"no"},{"pay":"yes"}]');
    expect((await answer('one', [0])).body).toEqual(receipt.body);
    expectProblem(await answer('one', [1]), 409, 'not_awaiting_input');
  });

  test('take an Idempotency-Key: the same request is answered once, even when it was refused', async () => {
    const { jobId, statusId } = await startAsking(app, 'keyed');
    const path = `/mip003/${APPROVAL}/provide_input`;
    const body = { job_id: jobId, status_id: statusId, input_data: { decision: 'Send' } };
    const key = { 'idempotency-key': 'answer-1' };
    const first = await post(app, path, body, key);
    expect(first.status, first.text).toBe(200);
    await until(app, APPROVAL, jobId, 'completed');
    const again = await post(app, path, body, key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    const other = { ...body, input_data: { decision: 'no' } };
    expectProblem(await post(app, path, other, key), 409, 'idempotency_key_reused');
  });
});

const bearer = (key: unknown) => ({ authorization: `Bearer ${String(key)}` });

async function keyOf(subject: string): Promise<Record<string, string>> {
  const wanted = { name: subject, subject, scopes: ['read', 'operate'] };
  const { body, text } = await post(app, '/admin/keys', wanted, bearer(ADMIN));
  expect(body, text).toHaveProperty('key');
  return bearer(body['key']);
}

describe('Ten times as many waiting jobs as a worker has places', () => {
  test('keep neither a new customer nor an answer waiting', async () => {
    const names = Array.from({ length: 10 * PLACES }, (_, index) => `full house ${index}`);
    const waiting = await Promise.all(names.map((name) => startAsking(app, name)));
    const customer = await startJob(app, HYMN, 'a new customer', { topic: 'room' });
    await until(app, HYMN, customer.body['id'], 'completed');
    const { jobId, statusId } = waiting.at(-1)!;
    expect((await provide(app, jobId, statusId, { decision: 'no' })).status).toBe(200);
    await until(app, APPROVAL, jobId, 'completed');
    const others = waiting.slice(0, -1).map((one) => statusOf(app, APPROVAL, one.jobId));
    expect(new Set((await Promise.all(others)).map(({ status }) => status))).toEqual(
      new Set(['awaiting_input']),
    );
  });
});

test('A job that was answered is looked at at once, where there is no stream for it and it is seldom looked at', async () => {
  const crowded = await startMasumiApp({ activities: { streams: 0, pollMs: 120_000 } });
  try {
    sell(crowded, APPROVAL);
    const { jobId, statusId } = await startAsking(crowded, 'without a stream');
    expect((await provide(crowded, jobId, statusId, { decision: 'no' })).status).toBe(200);
    await until(crowded, APPROVAL, jobId, 'completed');
  } finally {
    await crowded.close();
  }
});

describe('Purchasers without a key', () => {
  test('can order, answer and read over MIP-003 where that is public, and do nothing else', async () => {
    const { jobId, statusId } = await startAsking(app, 'public');
    expect((await provide(app, jobId, statusId, { decision: 'no' })).status).toBe(200);
    await until(app, APPROVAL, jobId, 'completed');
    expectProblem(await provide(app, jobId, statusId, { decision: 'Send' }), 409, 'not_awaiting_input');
    for (const path of [`/${APPROVAL}/runs/${jobId}`, `/runs/${jobId}`, '/flows', `/${APPROVAL}`])
      expect((await ask(app, path)).body, path).toMatchObject({ status: 401, code: 'unauthorized' });
    expectProblem(await post(app, `/runs/${jobId}/inputs`, { data: {} }), 401, 'unauthorized');
  });

  test('share no job with subjects of their tenant or with each other, even for the same identifier and input', async () => {
    const keys = await Promise.all(['east', 'west'].map((subject) => keyOf(subject)));
    const who = [keys[0]!, keys[1]!, {}, bearer('what another service gave them')];
    const order = { identifier_from_purchaser: 'everybody', input_data: { message: 'hello' } };
    const path = `/mip003/${APPROVAL}/start_job`;
    const started = await Promise.all(who.map((headers) => post(app, path, order, headers)));
    expect(started.map(({ status, text }) => [status, text])).toEqual(started.map(({ text }) => [200, text]));
    const ids = started.map(({ body }) => String(body['job_id']));
    expect([new Set(ids).size, ids[2] === ids[3]]).toEqual([3, true]); // visitors cannot be told apart
    const again = await Promise.all(who.map((headers) => post(app, path, order, headers)));
    expect(again.map(({ body }) => body['job_id'])).toEqual(ids);
    const seen = await Promise.all(
      who.slice(0, 3).map(async (headers) => {
        const answers = ids.map((id) => ask(app, `/mip003/${APPROVAL}/status?job_id=${id}`, { headers }));
        return (await Promise.all(answers)).map(({ status }) => status).join(' ');
      }),
    );
    expect(seen).toEqual(['200 404 200 200', '404 200 200 200', '404 404 200 200']);
  });

  test('do not learn another’s job id when theirs is refused because that job uses the identifier', async () => {
    const order = (message: string) => ({
      identifier_from_purchaser: 'contested',
      input_data: { message },
    });
    const path = `/mip003/${APPROVAL}/start_job`;
    const first = await post(app, path, order('first'));
    const refused = await post(app, path, order('second'));
    expectProblem(refused, 409, 'identifier_conflict');
    expect(refused.text).not.toContain(String(first.body['job_id']));
    const south = await keyOf('south-east');
    const own = await post(app, path, order('third'), south);
    expect(own.status, own.text).toBe(200);
    const conflict = await post(app, path, order('fourth'), south);
    expect([conflict.status, conflict.body['job_id']]).toEqual([409, own.body['job_id']]);
  });

  test('of different tenants do not see each other’s jobs, even with the same identifier', async () => {
    const keys = await Promise.all(
      ['north', 'south'].map((tenant) =>
        post(app, '/admin/keys', { name: tenant, subject: tenant, tenant }, bearer(ADMIN)),
      ),
    );
    const [north, south] = keys.map(({ body, text }) => {
      expect(body, text).toHaveProperty('key');
      return bearer(body['key']);
    });
    const order = { identifier_from_purchaser: 'same', inputs: { message: 'hello' } };
    const [one, other] = await Promise.all([
      post(app, `/${APPROVAL}/runs`, order, north),
      post(app, `/${APPROVAL}/runs`, order, south),
    ]);
    expect([one.status, other.status], one.text + other.text).toEqual([200, 200]);
    expect(one.body['id']).not.toBe(other.body['id']);
    const path = `/${APPROVAL}/runs/${String(one.body['id'])}`;
    expect((await ask(app, path, { headers: north! })).status).toBe(200);
    expectProblem(await ask(app, path, { headers: south! }), 404, 'job_not_found');
    expectProblem(
      await ask(app, `/mip003${path.replace('/runs/', '/status?job_id=')}`),
      404,
      'job_not_found',
    );
  });
});
