import { WebSocket } from 'ws';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Kodosumi, LockOutcome } from '../../domain/masumi/ports/kodosumi.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import {
  APPROVAL,
  expectProblem,
  get,
  post,
  provide,
  sell,
  startAsking,
  startJob,
  statusOf,
  until,
} from './support/client.ts';
import { historyOf, tablesWith } from './support/secrets.ts';
import { CODE_FIELD, VAULT, vault } from './support/vault.ts';

let app: MasumiApp;
let panel: Kodosumi;
let handed: string[] = [];
/** Hooks before Kodosumi is asked, and after it has answered. */
let hold: (() => Promise<void>) | undefined;

beforeAll(async () => {
  app = await startMasumiApp({
    flows: [...testFlows, vault],
    kodosumi: spied,
    settings: { commandTimeoutMs: 2000 },
  });
  sell(app, APPROVAL, VAULT);
});
afterAll(() => app.close());
beforeEach(() => {
  handed = [];
  hold = undefined;
});

/** Counts what locks are given, and shows the password that Kodosumi hides. */
function spied(real: Kodosumi): Kodosumi {
  panel = real;
  return {
    ...real,
    async lock(fid, lid) {
      const form = await real.lock(fid, lid);
      return form?.some(({ name }) => name === 'note') ? [...form, CODE_FIELD] : form;
    },
    async answerLock(fid, lid, inputs): Promise<LockOutcome> {
      handed.push(lid);
      await hold?.();
      return real.answerLock(fid, lid, inputs);
    },
  };
}

const YES = { decision: 'Send' };
const fidOf = async (jobId: string): Promise<string> =>
  (await app.db.pool.query<{ fid: string }>('select fid from job where run_id = $1', [jobId])).rows[0]!.fid;

describe('The same answers', () => {
  test('that come again get the same receipt, and Kodosumi is asked once', async () => {
    const { jobId, statusId } = await startAsking(app, 'once');
    const first = await provide(app, jobId, statusId, YES);
    expect(first.status, first.text).toBe(200);
    for (let round = 0; round < 3; round++) {
      const again = await provide(app, jobId, statusId, YES);
      expect(again.body).toEqual(first.body);
    }
    await until(app, APPROVAL, jobId, 'completed');
    expect((await provide(app, jobId, statusId, YES)).body).toEqual(first.body);
    expect(handed).toEqual([statusId]);
  });

  test('that come five times at once are taken once, and all five get the receipt', async () => {
    const { jobId, statusId } = await startAsking(app, 'at once');
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => provide(app, jobId, statusId, YES)));
    expect(answers.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual([
      200, 200, 200, 200, 200,
    ]);
    expect(handed).toEqual([statusId]);
    await until(app, APPROVAL, jobId, 'completed');
  });

  test('may not be replaced: different ones at the same moment, or later, are refused', async () => {
    const { jobId, statusId } = await startAsking(app, 'others');
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = () => promise;
    const first = provide(app, jobId, statusId, YES);
    await expect.poll(() => handed).toHaveLength(1);
    expectProblem(await provide(app, jobId, statusId, { decision: 'no' }), 409, 'stale_status_id');
    resolve();
    expect((await first).status).toBe(200);
    const { status, body } = await provide(app, jobId, statusId, { decision: 'no' });
    expect([status, body['code']]).toEqual([
      409,
      expect.stringMatching(/^(stale_status_id|not_awaiting_input)$/),
    ]);
    const done = await until(app, APPROVAL, jobId, 'completed');
    expect(done['result']).toContain('of others');
  });

  test('are refused as unavailable while Kodosumi is down, and may be given again', async () => {
    const { jobId, statusId } = await startAsking(app, 'outage');
    await app.kodosumi.control.startOutage();
    try {
      expectProblem(await provide(app, jobId, statusId, YES), 502, 'kodosumi_unavailable');
    } finally {
      await app.kodosumi.control.endOutage();
    }
    await expect.poll(async () => (await provide(app, jobId, statusId, YES)).status).toBe(200);
    await until(app, APPROVAL, jobId, 'completed');
  });
});

describe('A question that is answered elsewhere', () => {
  test('in Kodosumi’s own panel lets the job go on', async () => {
    const started = await startJob(app, VAULT, 'panel', { owner: 'Ann', pin: '1234567' });
    const asked = await until(app, VAULT, started.body['id'], 'awaiting_input');
    const jobId = String(started.body['id']);
    await panel.answerLock(await fidOf(jobId), String(asked['id']), { code: 'from the panel' });
    await until(app, VAULT, jobId, 'running', 'completed');
    const late = await provide(app, jobId, String(asked['id']), { code: 'too late by now' }, VAULT);
    expectProblem(late, 409, 'not_awaiting_input');
    const done = await until(app, VAULT, jobId, 'completed');
    expect(done['result']).toBe('Ann: 7, 14');
    expect(handed).toEqual([]);
  });

  test('by its id in the list of what waits for people is the same as provide_input', async () => {
    const { jobId, statusId } = await startAsking(app, 'inbox');
    const listed = async () => {
      const { approvals } = (await get(app, '/approvals?kind=input')).body as {
        approvals: { run_id: string }[];
      };
      return approvals.filter(({ run_id }) => run_id === jobId);
    };
    const id = `${jobId}:input:${statusId}`;
    expect(await listed()).toMatchObject([
      {
        id,
        status: 'pending',
        can_answer: { scope: 'operate' },
        form: [
          { type: 'note', label: expect.stringContaining('Send this?') as string },
          { id: 'comment' },
          { id: 'decision', type: 'choice', choices: ['Send', 'Do not send'] },
        ],
      },
    ]);
    expectProblem(
      await post(app, `/runs/${jobId}/inputs`, { id: 'another', data: YES }),
      409,
      'stale_status_id',
    );
    expect(await post(app, `/runs/${jobId}/inputs`, { id, data: YES })).toMatchObject({ status: 202 });
    await until(app, APPROVAL, jobId, 'completed');
    expect(await listed()).toMatchObject([{ id, status: 'answered', decided_by: 'local' }]);
  });

  test('over the run’s WebSocket is the same as provide_input', async () => {
    const { jobId, statusId } = await startAsking(app, 'socket');
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/runs/${jobId}/events`);
    const answers: Record<string, unknown>[] = [];
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as Record<string, unknown>;
      if (frame['type'] === 'ack' || frame['type'] === 'error') answers.push(frame);
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'input', id: 'bad', data: { decision: 'Perhaps' } }));
    socket.send(JSON.stringify({ type: 'input', id: 'good', data: { decision: 'no' } }));
    await expect.poll(() => answers).toHaveLength(2);
    socket.close();
    expect(answers).toMatchObject([
      { type: 'error', id: 'bad', code: 'invalid_input', status: 400 },
      { type: 'ack', id: 'good' },
    ]);
    expect(handed).toEqual([statusId]);
    const done = await until(app, APPROVAL, jobId, 'completed');
    expect(done['result']).toBe('Nothing was sent.');
    expect(await historyOf(app, jobId)).not.toContain('Perhaps');
  });
});

describe('Passwords', () => {
  test('are given to the flow and to nobody else: not to runs, events, histories or tables', async () => {
    const [pin, code] = ['hunter2-the-pin', 'hunter2-the-code'];
    const identifier = 'passwords';
    const started = await startJob(app, VAULT, identifier, { owner: 'Ann', pin });
    const jobId = String(started.body['id']);
    const asked = await until(app, VAULT, jobId, 'awaiting_input');
    expect(asked['input_schema']).toMatchObject({
      input_data: [{ id: 'note' }, { id: 'code', type: 'password' }],
    });
    const wrong = await provide(app, jobId, String(asked['id']), { code: 'hunter2' }, VAULT);
    expectProblem(wrong, 400, 'invalid_input');
    expect(wrong.body['field_errors']).toEqual({ code: ['The code is too short.'] });
    expect((await provide(app, jobId, String(asked['id']), { code }, VAULT)).status).toBe(200);
    const done = await until(app, VAULT, jobId, 'completed');
    expect(done['result']).toBe(`Ann: ${pin.length}, ${code.length}`);
    const texts = await Promise.all([
      historyOf(app, jobId),
      ...[`/runs/${jobId}`, `/runs/${jobId}/events?limit=1000`, `/${VAULT}/runs/${jobId}`, '/events'].map(
        async (path) => (await get(app, path)).text,
      ),
    ]);
    expect(texts[0]).toContain(jobId);
    for (const text of texts) expect(text).not.toContain('hunter2');
    expect(texts[1]).toContain('"pin":"***"');
    expect(await tablesWith(app, 'hunter2')).toEqual([]);
    expect(await tablesWith(app, jobId)).toContain('job');
  });

  test('that are given by the engine’s own route do not enter the history either', async () => {
    const started = await startJob(app, VAULT, 'engine', { owner: 'Bob', pin: 'hunter3-pin' });
    const jobId = String(started.body['id']);
    await until(app, VAULT, jobId, 'awaiting_input');
    const { status, text } = await fetch(new URL(`/runs/${jobId}/inputs`, app.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data: { code: 'hunter3-the-code' } }),
    }).then(async (response) => ({ status: response.status, text: await response.text() }));
    expect(status, text).toBe(202);
    await until(app, VAULT, jobId, 'completed');
    expect(await historyOf(app, jobId)).not.toContain('hunter3');
    expect(await tablesWith(app, 'hunter3')).toEqual([]);
    expect(await statusOf(app, VAULT, jobId)).toMatchObject({ status: 'completed' });
  });
});
