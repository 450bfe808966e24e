import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAnswer } from '../../db/repositories/questions.ts';
import type { FormField } from '../../schemas/core/question.ts';
import { listen } from '../api/support/streams.ts';
import { openAskingApp, type AskingApp, type AskingRun } from './support/asking-app.ts';

const FORM: FormField[] = [
  { id: 'shade', type: 'choice', label: 'Shade', choices: ['light', 'dark'] },
  { id: 'note', type: 'text', label: 'Note', required: false },
];
const shade = { id: 'shade', prompt: 'Which blue?', form: FORM, forMs: 60_000 };
const DARK = { shade: 'dark', note: 'a word that nobody else says' };

let app: AskingApp;
beforeAll(async () => {
  app = await openAskingApp();
});
afterAll(() => app.close());

const waits = (run: AskingRun) => expect.poll(() => run.inbox('?status=pending')).not.toEqual([]);
const ends = async (run: AskingRun): Promise<{ kind: string; answer?: { hash: string } }[]> => {
  await expect.poll(async () => (await run.read())['status'], { timeout: 15_000 }).toBe('completed');
  return (await run.read())['output'] as { kind: string; answer?: { hash: string } }[];
};

describe('a question', () => {
  test('is listed with its form until it is answered, and the run goes on', async () => {
    const run = await app.start({ questions: [shade] });
    await waits(run);
    expect((await run.read())['status']).toBe('awaiting_input');
    expect(await run.inbox('?kind=input&status=pending')).toMatchObject([
      {
        kind: 'input',
        id: `${run.id}:input:shade`,
        prompt: 'Which blue?',
        form: FORM,
        can_answer: { scope: 'operate' },
        status: 'pending',
        decided_at: null,
      },
    ]);
    expect(await run.inbox('?kind=approval')).toEqual([]);
    expect(await run.answer({ id: 'shade', data: DARK })).toMatchObject({ status: 202 });
    expect((await run.inbox())[0]).toMatchObject({ status: 'answered', decided_by: 'local' });
    expect(await ends(run)).toMatchObject([{ kind: 'answered', answer: { question: 'shade', by: 'local' } }]);
    expect(await run.events('input.received')).toMatchObject([{ data: { question: 'shade', by: 'local' } }]);
    expect(await run.read()).not.toHaveProperty('approval');
  });

  test('is answered sealed: neither the history nor an event has what was said', async () => {
    const run = await app.start({ questions: [shade] });
    await waits(run);
    await run.answer({ data: DARK });
    const [{ answer } = {}] = await ends(run);
    expect(JSON.stringify(await run.handle.fetchHistory())).not.toContain(DARK.note);
    const { text } = await app.ask(`/runs/${run.id}/events`);
    expect(text).not.toContain(DARK.note);
    const { db } = app.stack;
    const key = { runId: run.id, question: 'shade', hash: answer!.hash };
    expect(await openAnswer(db.pool, app.stack.deps().sealer, key)).toEqual(DARK);
  });

  test('takes an answer once, confirms it when it is repeated, and refuses another', async () => {
    const run = await app.start({ questions: [shade, { ...shade, id: 'second' }] });
    await expect.poll(() => run.inbox('?status=pending')).toHaveLength(2);
    const given = await Promise.all([1, 2, 3].map(() => run.answer({ id: 'shade', data: DARK })));
    expect(given.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(await run.events('input.received')).toHaveLength(1);
    expect(await run.answer({ id: `${run.id}:input:shade`, data: DARK })).toMatchObject({ status: 202 });
    expect(await run.answer({ id: 'shade', data: { shade: 'light' } })).toMatchObject({
      status: 409,
      body: { code: 'question_not_open' },
    });
    expect((await run.read())['status']).toBe('awaiting_input');
    await run.answer({ id: 'second', data: DARK });
    expect((await ends(run)).map(({ kind }) => kind)).toEqual(['answered', 'answered']);
    expect(await run.answer({ id: 'shade', data: DARK })).toMatchObject({ status: 202 });
    expect(await run.events('input.received')).toHaveLength(2);
  });

  test('must be named where several are open', async () => {
    const run = await app.start({ questions: [shade, { ...shade, id: 'second' }] });
    await expect.poll(() => run.inbox('?status=pending')).toHaveLength(2);
    const { status, body } = await run.answer({ data: DARK });
    expect([status, body['code']]).toEqual([400, 'validation_failed']);
    expect(body['detail']).toMatch(/is one of (shade, second|second, shade)\.$/);
    await run.handle.signal('cancel');
  });

  test('is not answered by a repeated request that answered the one before', async () => {
    const run = await app.start({ questions: [shade, { ...shade, id: 'later', forMs: 60_000 }] });
    await expect.poll(() => run.inbox('?status=pending')).toHaveLength(2);
    await run.answer({ id: 'later', data: DARK });
    const keyed = { 'idempotency-key': `key-${run.id}` };
    const once = await run.answer({ data: DARK }, keyed);
    expect(once.status).toBe(202);
    expect((await run.answer({ data: DARK }, keyed)).headers.get('idempotent-replayed')).toBe('true');
    expect((await ends(run)).map(({ kind }) => kind)).toEqual(['answered', 'answered']);
  });

  test('refuses a malformed answer by field and stays open', async () => {
    const run = await app.start({ questions: [shade] });
    await waits(run);
    const { status, body } = await run.answer({ data: { shade: 'red', more: 1 } });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_input', errors: [{ path: 'more' }, { path: 'shade' }] });
    expect((await run.inbox())[0]).toMatchObject({ status: 'pending' });
    await run.handle.signal('cancel');
  });

  test('expires at its deadline, and what then happens is the family’s decision', async () => {
    const run = await app.start({
      questions: [
        { ...shade, forMs: 800 },
        { ...shade, id: 'open' },
      ],
    });
    await expect.poll(() => run.inbox('?status=expired'), { timeout: 10_000 }).toHaveLength(1);
    expect((await run.answer({ id: 'shade', data: DARK })).body['code']).toBe('deadline_passed');
    await run.answer({ id: 'open', data: DARK });
    expect((await ends(run)).map(({ kind }) => kind)).toEqual(['expired', 'answered']);
    expect(await run.events('input.closed')).toMatchObject([
      { data: { question: 'shade', reason: 'expired' } },
    ]);
  });

  test('ends with the run when it is cancelled, and is superseded', async () => {
    const run = await app.start({ questions: [shade] });
    await waits(run);
    await app.ask(`/runs/${run.id}/cancel`, { method: 'POST' });
    await expect.poll(async () => (await run.read())['status']).toBe('cancelled');
    expect((await run.inbox())[0]).toMatchObject({ status: 'superseded' });
    expect((await run.answer({ id: 'shade', data: DARK })).body['code']).toBe('invalid_state');
  });

  test('is no approval: deciding it is refused, with the way to answer', async () => {
    const run = await app.start({ questions: [shade] });
    await waits(run);
    const path = `/approvals/${encodeURIComponent(`${run.id}:input:shade`)}`;
    const { status, body } = await app.ask(path, { method: 'POST', body: { decision: 'approve' } });
    expect([status, body['code']]).toEqual([400, 'unsupported_action']);
    expect(body['detail']).toContain(`/runs/${run.id}/inputs`);
    await run.handle.signal('cancel');
  });
});

describe('an answer', () => {
  test('comes over the run’s WebSocket as well', async () => {
    const run = await app.start({ questions: [shade, { ...shade, id: 'second' }] });
    await expect.poll(() => run.inbox('?status=pending')).toHaveLength(2);
    const client = listen(app, `/runs/${run.id}/events?after=0`);
    await expect.poll(() => client.frames.length).toBeGreaterThan(0);
    client.send({ type: 'input', id: 'one', question: 'shade', data: { shade: 'red' } });
    client.send({ type: 'input', id: 'two', question: 'shade', data: DARK });
    client.send({ type: 'input', id: 'three', data: DARK });
    await client.closed;
    expect(client.frames.filter(({ id }) => id !== undefined)).toMatchObject([
      { type: 'error', id: 'one', code: 'invalid_input' },
      { type: 'ack', id: 'two' },
      { type: 'ack', id: 'three' },
    ]);
    expect((await ends(run)).map(({ kind }) => kind)).toEqual(['answered', 'answered']);
  });

  test('comes by a signal as well, checked by the same form', async () => {
    const run = await app.start({ questions: [shade] });
    await waits(run);
    await run.handle.signal('input', { id: 'shade', data: { shade: 'red' } });
    await run.handle.signal('input', 'nonsense');
    await run.handle.signal('input', { id: 'other', data: DARK });
    // Signals are judged side by side, so the order of what is told of them is not given.
    const ignored = async (): Promise<string[]> =>
      (await run.events('input.ignored'))
        .map(({ data }) => data as { question: string; code: string })
        .map(({ question, code }) => `${question}: ${code}`)
        .toSorted();
    await expect
      .poll(ignored)
      .toEqual(['other: question_not_open', 'shade: invalid_input', 'shade: validation_failed']);
    await run.handle.signal('input', { data: DARK });
    expect(await ends(run)).toMatchObject([{ kind: 'answered', answer: { by: 'signal' } }]);
  });

  test('with a secret is not taken by a signal, which histories keep', async () => {
    const form: FormField[] = [{ id: 'pin', type: 'text', label: 'PIN', secret: true }];
    const run = await app.start({ questions: [{ ...shade, form }] });
    await waits(run);
    await run.handle.signal('input', { id: 'shade', data: { pin: '1234' } });
    await expect
      .poll(() => run.events('input.ignored'))
      .toMatchObject([{ data: { message: 'PIN is secret: answer over the API, not by a signal.' } }]);
    expect((await run.answer({ data: { pin: '1234' } })).status).toBe(202);
    expect(await ends(run)).toMatchObject([{ kind: 'answered', answer: { by: 'local' } }]);
  });

  test('that comes before its question is kept where the run expects it, and refused where not', async () => {
    const run = await app.start({ questions: [shade], expects: ['shade'], afterGo: true });
    await expect.poll(async () => (await run.read())['status']).toBe('running');
    expect(await run.answer({ id: 'other', data: DARK })).toMatchObject({
      status: 409,
      body: { code: 'not_awaiting_input' },
    });
    expect(await run.answer({ id: 'shade', data: DARK })).toMatchObject({ status: 202 });
    await run.handle.signal('go');
    expect(await ends(run)).toMatchObject([{ kind: 'answered', answer: { by: 'local' } }]);
  });

  test('that came early and does not fit is ignored with an event, and the question stays open', async () => {
    const run = await app.start({ questions: [shade], expects: ['shade'], afterGo: true });
    await expect.poll(async () => (await run.read())['status']).toBe('running');
    expect((await run.answer({ id: 'shade', data: { shade: 'red' } })).status).toBe(202);
    await run.handle.signal('go');
    await expect
      .poll(() => run.events('input.ignored'))
      .toMatchObject([{ data: { question: 'shade', code: 'invalid_input' } }]);
    await run.answer({ id: 'shade', data: DARK });
    expect((await ends(run)).map(({ kind }) => kind)).toEqual(['answered']);
  });
});

describe('who may answer', () => {
  test('is checked by scope and by subject', async () => {
    const strict = await openAskingApp({ auth: 'on', adminKey: 'sk_tests_an-admin-key-of-the-tests' });
    try {
      const admin = { authorization: 'Bearer sk_tests_an-admin-key-of-the-tests' };
      const keyOf = async (subject: string, scopes: string[]) => {
        const body = { name: subject, tenant: 'default', subject, scopes };
        const made = await strict.ask('/admin/keys', { method: 'POST', body, headers: admin });
        return { authorization: `Bearer ${String(made.body['key'] ?? made.body['secret'])}` };
      };
      const ada = await keyOf('ada', ['read', 'operate']);
      const eve = await keyOf('eve', ['read', 'operate']);
      const bob = await keyOf('bob', ['read', 'operate', 'approve']);
      const canAnswer = { scope: 'approve' as const, subjects: ['bob', 'ada'] };
      const run = await strict.start({ questions: [{ ...shade, canAnswer }] });
      await expect
        .poll(async () => (await strict.ask('/approvals?kind=input', { headers: admin })).text)
        .toContain(run.id);
      const codes = [];
      for (const key of [ada, eve]) codes.push((await run.answer({ data: DARK }, key)).body['code']);
      expect(codes).toEqual(['forbidden', 'forbidden']);
      expect((await run.answer({ data: DARK }, bob)).status).toBe(202);
    } finally {
      await strict.close();
    }
  });
});
