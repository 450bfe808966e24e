import { scenario } from '../scenario.ts';
import type { Json, Wire } from '../wire.ts';
import { KEY } from './flows.ts';

const sse = { accept: 'text/event-stream' };
const MIP = `/mip003/${KEY.hymn}`;
const order = (identifier: string, topic = 'tests') => ({
  identifier_from_purchaser: identifier,
  input_data: { topic },
});

const untilStatus = (wire: Wire, key: string, id: string, status: string): Promise<Json> =>
  wire.until(`GET /mip003/${key}/status?job_id=${id}`, (json) => String(json['status']) === status);

/** Whether the payment service has taken up the hash yet when the job is done is a race that nobody loses. */
const withoutAction = (text: string): string =>
  text.replace(
    /"next_action":"(?:SubmitResultRequested|WaitingForExternalAction)"/,
    '"next_action":"<submit requested, or waiting>"',
  );

/** An agent is described, hired, paid and delivers. */
export const masumi = scenario('masumi', async (wire, { lockFunds }) => {
  await wire.ask('agents are there', 'GET /mip003/availability');
  await wire.ask('this agent is there', `GET ${MIP}/availability`);
  await wire.ask('its form', `GET ${MIP}/input_schema`);
  await wire.ask('an example', `GET ${MIP}/demo`);
  const keyed = { body: order('aabbccddeeff00112233'), headers: { 'idempotency-key': 'm1' } };
  const started = await wire.ask('start', `POST ${MIP}/start_job`, keyed);
  await wire.ask('start again with the key', `POST ${MIP}/start_job`, keyed);
  await wire.ask('start again without a key', `POST ${MIP}/start_job`, { body: keyed.body });
  await wire.ask('another order by the same name', `POST ${MIP}/start_job`, {
    body: order('aabbccddeeff00112233', 'other tests'),
  });
  await wire.ask('another order with the same key', `POST ${MIP}/start_job`, {
    ...keyed,
    body: order('aabbccddeeff00112234'),
  });
  const id = String(started.json['job_id']);
  await wire.ask('waits for payment', `GET ${MIP}/status?job_id=${id}`);
  await wire.ask('waits for payment, in the other spelling', `GET ${MIP}/status?jobId=${id}`);
  await wire.ask('waits for payment: as the native API has it', `GET /${KEY.hymn}/runs/${id}`);
  await wire.ask('waits for payment: as a run', `GET /runs/${id}`);
  await wire.ask('answer what was not asked', `POST ${MIP}/provide_input`, {
    body: { job_id: id, input_data: { a: 1 } },
  });
  await wire.ask('of another flow', `GET /mip003/${KEY.approval}/status?job_id=${id}`);
  await lockFunds(String(started.json['blockchainIdentifier']));
  await untilStatus(wire, KEY.hymn, id, 'completed');
  await wire.ask('done', `GET ${MIP}/status?job_id=${id}`);
  await wire.ask('its events as SSE', `GET /runs/${id}/events`, { headers: sse });
  await wire.socket('its events by WebSocket', `/runs/${id}/events?after=4`);
  await wire.ask('done: as the native API has it', `GET /${KEY.hymn}/runs/${id}`, { show: withoutAction });
  await wire.ask('done: as a run', `GET /runs/${id}`);
  await wire.ask('its receipt', `GET /runs/${id}/receipt`);
  await wire.ask('runs of the family', 'GET /runs?family=masumi');
  await wire.ask('rerun', `POST /runs/${id}/rerun`, { body: {} });
  await wire.ask('cancel what has ended', `POST /runs/${id}/cancel`, { body: {} });
});

/** An agent asks a person in the middle. */
export const masumiQuestions = scenario('masumi-questions', async (wire, { lockFunds }) => {
  const mip = `/mip003/${KEY.approval}`;
  await wire.ask('its form', `GET ${mip}/input_schema`);
  const started = await wire.ask('order by the native API', `POST /${KEY.approval}/runs`, {
    body: { identifier_from_purchaser: 'ccbbccddeeff00112233', inputs: { message: 'hello' } },
    headers: { 'idempotency-key': 'q1' },
  });
  const id = String(started.json['id']);
  await lockFunds(String(started.json['payment_id']));
  const asked = await untilStatus(wire, KEY.approval, id, 'awaiting_input');
  await wire.ask('asks', `GET ${mip}/status?job_id=${id}`);
  await wire.ask('asks: as the native API has it', `GET /${KEY.approval}/runs/${id}`);
  await wire.ask('asks: as a run', `GET /runs/${id}`);
  await wire.ask('asks: its events', `GET /runs/${id}/events`);
  await wire.ask('approvals do not list it', 'GET /approvals?status=pending');
  const answer = (more: object) => ({ body: { job_id: id, status_id: String(asked['id']), ...more } });
  const line = `POST ${mip}/provide_input`;
  await wire.ask('answer another question', line, {
    body: { job_id: id, status_id: 'another', input_data: { decision: 'yes' } },
  });
  await wire.ask('answer without a job', line, { body: { input_data: { decision: 'yes' } } });
  await wire.ask('answer nothing', line, answer({}));
  await wire.ask('answer badly', line, answer({ input_data: { decision: 'perhaps', other: 1 } }));
  await wire.ask('answer by the engine, badly', `POST /runs/${id}/inputs`, {
    body: { data: { decision: 7 } },
  });
  const good = {
    ...answer({ input_data: { decision: 'yes', comment: 'Go.' } }),
    headers: { 'idempotency-key': 'q2' },
  };
  await wire.ask('answer', line, good);
  await wire.ask('answer again', line, good);
  await untilStatus(wire, KEY.approval, id, 'completed');
  await wire.ask('answer once more', line, { body: good.body });
  await wire.ask('done', `GET ${mip}/status?job_id=${id}`);
  await wire.socket('its events', `/runs/${id}/events?after=0`);
  await wire.ask('done: as the native API has it', `GET /${KEY.approval}/runs/${id}`, {
    show: withoutAction,
  });
});

/** A name that is not hex is replaced by a random one, of which the hash of the input is made. */
const withoutHash = (text: string): string =>
  text.replaceAll(/"(input_hash|inputHash)":"[0-9a-f]{64}"/g, '"$1":"<hash>"');

/** Orders that are refused, and one that is cancelled before it is paid. */
export const masumiRefusals = scenario('masumi-refusals', async (wire) => {
  const line = `POST ${MIP}/start_job`;
  for (const [title, body] of [
    ['no name', { input_data: { topic: 'x' } }],
    ['an empty name', { ...order(''), input_data: { topic: 'x' } }],
    ['a name that is no text', { identifier_from_purchaser: 7, input_data: { topic: 'x' } }],
    ['a name that is too long', order('a'.repeat(251))],
    ['no input', { identifier_from_purchaser: 'aa00' }],
    ['input that is no object', { identifier_from_purchaser: 'aa00', input_data: 'x' }],
    ['an empty field', order('aa00', '')],
    ['a field of another type', { identifier_from_purchaser: 'aa00', input_data: { topic: 7 } }],
    ['a field that is not there', { identifier_from_purchaser: 'aa00', input_data: { topic: 'x', b: 1 } }],
  ] as const)
    await wire.ask(`an order with ${title}`, line, { body });
  for (const [title, body] of [
    ['a negative price', { inputs: { topic: 'x' }, payment_amount: -1 }],
    [
      'another price',
      { identifier_from_purchaser: 'ddbbccddeeff00112233', inputs: { topic: 'x' }, payment_amount: 1.5 },
    ],
    ['a price that is a text', { inputs: { topic: 'x' }, payment_amount: '3' }],
    ['inputs that are no object', { inputs: [] }],
  ] as const)
    await wire.ask(`a native order with ${title}`, `POST /${KEY.hymn}/runs`, { body });
  const started = await wire.ask('a name that is not hex', line, {
    body: order('order number one'),
    show: withoutHash,
  });
  const id = String(started.json['job_id']);
  await wire.ask('what a cancel would do', `POST /runs/${id}/cancel?preview=true`, { body: {} });
  await wire.ask('cancel', `POST /runs/${id}/cancel`, { body: { reason: 'no longer needed' } });
  await untilStatus(wire, KEY.hymn, id, 'failed');
  await wire.ask('cancelled', `GET ${MIP}/status?job_id=${id}`);
  await wire.ask('cancelled: as the native API has it', `GET /${KEY.hymn}/runs/${id}`, { show: withoutHash });
  await wire.ask('cancelled: its events', `GET /runs/${id}/events`, { headers: sse });
  await wire.ask('cancelled: as a run', `GET /runs/${id}`);
});
