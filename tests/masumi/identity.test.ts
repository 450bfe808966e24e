import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import {
  APPROVAL,
  expectProblem,
  get,
  HYMN,
  post,
  provide,
  sell,
  startAsking,
  startJob,
  statusOf,
  until,
} from './support/client.ts';

let app: MasumiApp;

beforeAll(async () => {
  app = await startMasumiApp();
  sell(app, HYMN, APPROVAL);
});
afterAll(() => app.close());

const MESSAGE = { message: 'lunch at noon' };

describe('The same order', () => {
  test('is the same job while it is alive, whatever API it comes by', async () => {
    const first = await startJob(app, APPROVAL, 'again', MESSAGE);
    expect((await startJob(app, APPROVAL, 'again', MESSAGE)).body).toEqual(first.body);
    await until(app, APPROVAL, first.body['id'], 'awaiting_input');
    expect((await startJob(app, APPROVAL, 'again', MESSAGE)).body).toEqual(first.body);
    const native = await post(app, `/${APPROVAL}/runs`, {
      identifier_from_purchaser: 'again',
      inputs: MESSAGE,
    });
    expect(native.body).toMatchObject({ id: first.body['id'], status: 'awaiting_input' });
  });

  test('ten times at once is one job', async () => {
    const before = app.kodosumi.control.runs().length;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => startJob(app, APPROVAL, 'ten', MESSAGE)),
    );
    const ids = new Set(answers.map(({ status, body }) => `${status} ${String(body['job_id'])}`));
    expect([...ids]).toEqual([expect.stringMatching(/^200 /)]);
    await until(app, APPROVAL, answers[0]!.body['id'], 'awaiting_input');
    expect(app.kodosumi.control.runs().length).toBe(before + 1);
  });

  test('with the same input written differently is the same, and with other input it is a conflict', async () => {
    const first = await startJob(app, APPROVAL, 'conflict', MESSAGE);
    const spaced = await post(
      app,
      `/mip003/${APPROVAL}/start_job`,
      `{ "input_data": {"message":"lunch \\u0061t noon"}, "identifierFromPurchaser": "conflict" }`,
    );
    expect(spaced.body['job_id']).toBe(first.body['job_id']);
    const other = await startJob(app, APPROVAL, 'conflict', { message: 'dinner' });
    expectProblem(other, 409, 'identifier_conflict');
    expect(other.body['job_id']).toBe(first.body['job_id']);
    const native = { identifier_from_purchaser: 'conflict', inputs: { message: 'dinner' } };
    expectProblem(await post(app, `/${APPROVAL}/runs`, native), 409, 'identifier_conflict');
    expect((await startJob(app, HYMN, 'conflict', { topic: 'another flow' })).status).toBe(200);
  });

  test('in ten different forms at once under one identifier is one job and nine conflicts', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => startJob(app, APPROVAL, 'race', { message: `${index}` })),
    );
    const codes = answers.map(({ status, body }) => `${status} ${String(body['code'] ?? body['status'])}`);
    expect(codes.toSorted()).toEqual(['200 success', ...Array<string>(9).fill('409 identifier_conflict')]);
  });

  test('is a new job once the first has ended, even with other input', async () => {
    const first = await startJob(app, HYMN, 'ended', { topic: 'autumn' });
    await until(app, HYMN, first.body['id'], 'completed');
    const second = await startJob(app, HYMN, 'ended', { topic: 'autumn' });
    expect(second.body['job_id']).not.toBe(first.body['job_id']);
    await until(app, HYMN, second.body['id'], 'completed');
    const third = await startJob(app, HYMN, 'ended', { topic: 'winter' });
    expect(third.status).toBe(200);
    expect(await statusOf(app, HYMN, first.body['id'])).toMatchObject({ status: 'completed' });
  });

  test('under an Idempotency-Key gets its first answer again, even after the job’s end', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const order = { identifier_from_purchaser: 'key', input_data: { topic: 'autumn' } };
    const path = `/mip003/${HYMN}/start_job`;
    const first = await post(app, path, order, key);
    await until(app, HYMN, first.body['id'], 'completed');
    const again = await post(app, path, order, key);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = { ...order, input_data: { topic: 'winter' } };
    expectProblem(await post(app, path, other, key), 409, 'idempotency_key_reused');
    const native = { inputs: { topic: 'autumn' } };
    const runs = await Promise.all([1, 2].map(() => post(app, `/${HYMN}/runs`, native, key)));
    expect(runs[0]!.body).toEqual(runs[1]!.body);
    const refusal = { identifier_from_purchaser: 'key', input_data: {} };
    expectProblem(await post(app, path, refusal, { 'idempotency-key': 'k-2' }), 400, 'invalid_input');
    const mended = await post(app, path, order, { 'idempotency-key': 'k-2' });
    expect([mended.status, mended.headers.get('idempotent-replayed')]).toEqual([first.status, null]);
  });
});

describe('A job', () => {
  test('is found by its id in any spelling, and by addresses with doubled slashes', async () => {
    const { body } = await startJob(app, HYMN, 'spelt', { topic: 'spelling' });
    const id = String(body['id']);
    const bare = id.replaceAll('-', '');
    for (const spelt of [id.toUpperCase(), bare, bare.toUpperCase(), `{${id}}`, `urn:uuid:${id}`])
      expect(await statusOf(app, HYMN, encodeURIComponent(spelt))).toMatchObject({
        id: expect.any(String),
        job_id: id,
      });
    const path = `//mip003//${HYMN}///status?job_id=${id}&x=a//b`;
    expect((await fetch(`${app.url}${path}`)).status).toBe(200);
    expect((await get(app, `/mip003/${HYMN}/status?job_id=${id.slice(1)}`)).status).toBe(404);
  });
});

describe('Answers', () => {
  const YES = { decision: 'Send' };

  test('that come late, or for another question or none, are refused with the reason', async () => {
    const { jobId, statusId } = await startAsking(app, 'late');
    for (const lid of ['another', '', '00000000-0000-0000-0000-000000000000'])
      expectProblem(await provide(app, jobId, lid, YES), 409, 'stale_status_id');
    const wrongType = { job_id: jobId, status_id: 7, input_data: YES };
    expectProblem(await post(app, `/mip003/${APPROVAL}/provide_input`, wrongType), 409, 'stale_status_id');
    for (const input_data of [undefined, null, [], 'yes']) {
      const answer = await post(app, `/mip003/${APPROVAL}/provide_input`, { job_id: jobId, input_data });
      expectProblem(answer, 400, 'invalid_input');
      expect(answer.body['field_errors']).toHaveProperty('input_data');
    }
    const { rows } = await app.db.pool.query<{ view: object }>('select view from run where id = $1', [jobId]);
    await app.db.pool.query(
      `update run set view = jsonb_set(view, '{lock,deadlineMs}', to_jsonb($2::bigint)) where id = $1`,
      [jobId, Date.now() - 1],
    );
    expectProblem(await provide(app, jobId, statusId, YES), 409, 'deadline_passed');
    await app.db.pool.query('update run set view = $2 where id = $1', [jobId, JSON.stringify(rows[0]!.view)]);
    expect((await provide(app, jobId, statusId, YES)).status).toBe(200);
    await until(app, APPROVAL, jobId, 'completed');
    expectProblem(await provide(app, jobId, statusId, { decision: 'no' }), 409, 'not_awaiting_input');
    expectProblem(await provide(app, jobId, undefined, YES), 409, 'not_awaiting_input');
    expectProblem(await provide(app, jobId, 'another', YES), 409, 'not_awaiting_input');
  });

  test('that the form or the flow refuses leave the question open, and the right ones are taken then', async () => {
    const { jobId, statusId } = await startAsking(app, 'refused');
    const unknown = await provide(app, jobId, statusId, { decision: 'Maybe', other: 1 });
    expectProblem(unknown, 400, 'invalid_input');
    expect(Object.keys(unknown.body['field_errors'] as object).toSorted()).toEqual(['decision', 'other']);
    for (const input of [{}, { comment: 'hm' }, {}]) {
      const refused = await provide(app, jobId, statusId, input);
      expectProblem(refused, 400, 'invalid_input');
      expect(refused.body['field_errors']).toEqual({ decision: ['Please decide.'] });
    }
    expect(await statusOf(app, APPROVAL, jobId)).toMatchObject({ status: 'awaiting_input', id: statusId });
    expect((await provide(app, jobId, statusId, YES)).status).toBe(200);
    await until(app, APPROVAL, jobId, 'completed');
  });

  test('by both APIs at once are judged by the question, not by the API', async () => {
    const { jobId, statusId } = await startAsking(app, 'core');
    const inputs = (data: object) => post(app, `/runs/${jobId}/inputs`, { data });
    const refused = await inputs({ comment: 'hm' });
    expectProblem(refused, 400, 'invalid_input');
    expect(refused.body['errors']).toEqual([
      { path: 'decision', message: 'Please decide.', code: 'invalid' },
    ]);
    expectProblem(await inputs({ other: 1 }), 400, 'invalid_input');
    const taken = await inputs(YES);
    expect(taken.status, taken.text).toBe(202);
    expect((await provide(app, jobId, statusId, YES)).status).toBe(200);
    await until(app, APPROVAL, jobId, 'completed');
    expectProblem(await inputs(YES), 409, 'invalid_state');
    expect((await get(app, `/runs/${jobId}`)).body).toMatchObject({ status: 'completed' });
  });
});
