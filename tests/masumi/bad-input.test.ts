import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../api/support/api.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import {
  APPROVAL,
  countRows,
  ELEMENTS,
  expectProblem,
  get,
  HYMN,
  post,
  sell,
  startJob,
} from './support/client.ts';

let app: MasumiApp;

beforeAll(async () => {
  app = await startMasumiApp();
  sell(app, HYMN, ELEMENTS, APPROVAL);
});
afterAll(() => app.close());

const MIP = `/mip003/${HYMN}/start_job`;
const NATIVE = `/${HYMN}/runs`;
const INPUT = { topic: 'autumn' };

/** The same order in the words of each API. */
const orders = (identifier: unknown, inputs: unknown): [path: string, body: object][] => [
  [MIP, { identifier_from_purchaser: identifier, input_data: inputs }],
  [NATIVE, { identifier_from_purchaser: identifier, inputs }],
];

async function expectRefused(path: string, body: unknown, status: number, code: string) {
  const before = await countRows(app);
  const answer = await post(app, path, body);
  expectProblem(answer, status, code);
  expect(await countRows(app)).toBe(before);
  return answer;
}

describe('A body that is no order', () => {
  test.each(['', '{', '[]', '"text"', '7', 'null', 'true', '{"a":1,}', `{"a":${'['.repeat(5000)}`])(
    'is refused as invalid JSON: %s',
    async (text) => {
      for (const path of [MIP, NATIVE, `/mip003/${HYMN}/provide_input`])
        await expectRefused(path, text, 400, 'invalid_json');
    },
  );

  test('is refused when it is not UTF-8, not JSON by its name, or larger than 1 MiB', async () => {
    await expectRefused(MIP, new Uint8Array([0x7b, 0xff, 0x7d]), 400, 'invalid_json');
    const form = await post(app, MIP, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' });
    expectProblem(form, 415, 'media_type');
    const large = JSON.stringify({ input_data: { topic: 'x'.repeat(1024 * 1024) } });
    await expectRefused(MIP, large, 413, 'too_large');
  });

  test('may be large as long as it is not larger than 1 MiB', async () => {
    const answer = await startJob(app, HYMN, 'large', { topic: 'x'.repeat(900_000) });
    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  });
});

describe('The identifier', () => {
  test.each([[null], [7], [true], [{}], [['a']], [''], ['x'.repeat(251)], ['\u{1F600}'.repeat(251)]])(
    'is refused when it is %j',
    async (identifier) => {
      for (const [path, body] of orders(identifier, INPUT)) {
        const { body: problem } = await expectRefused(path, body, 400, 'invalid_identifier');
        expect(problem['field_errors']).toEqual({ identifier_from_purchaser: [problem['detail']] });
      }
    },
  );

  test('is required by start_job, and made up by the native API', async () => {
    await expectRefused(MIP, { input_data: INPUT }, 400, 'invalid_identifier');
    const { status, body } = await post(app, NATIVE, { inputs: INPUT });
    expect(status).toBe(200);
    expect(body['payment']).toMatchObject({
      identifierFromPurchaser: expect.stringMatching(/^[0-9a-f]{20}$/),
    });
  });

  test.each(['x'.repeat(250), '\u{1F600}'.repeat(250), ' ', 'zażółć gęślą "jaźń" \\', '__proto__'])(
    'is echoed as it was given: %s',
    async (identifier) => {
      const { status, body, text } = await startJob(app, HYMN, identifier, INPUT);
      expect(status, text).toBe(200);
      expect(body['identifierFromPurchaser']).toBe(identifier);
    },
  );

  test('and the inputs may be spelled as other clients do', async () => {
    for (const [name, inputs] of [
      ['identifierFromPurchaser', 'inputData'],
      ['identifierFromPurchaser', 'input'],
    ] as const) {
      const { status, body } = await post(app, MIP, { [name]: `spelled ${inputs}`, [inputs]: INPUT });
      expect(status).toBe(200);
      expect(body['identifierFromPurchaser']).toBe(`spelled ${inputs}`);
    }
  });
});

describe('A field', () => {
  test.each([
    [MIP, { identifier_from_purchaser: 'a', Input_Data: INPUT }, 'Input_Data', 'input_data'],
    [
      MIP,
      { 'identifier-from-purchaser': 'a', input_data: INPUT },
      'identifier-from-purchaser',
      'identifier_from_purchaser',
    ],
    [
      MIP,
      { identifier_from_purchaser: 'a', identifierFromPurchaser: 'b', input_data: INPUT },
      'identifierFromPurchaser',
      'identifier_from_purchaser',
    ],
    [MIP, { identifier_from_purchaser: 'a', input_data: INPUT, maxCost: 1 }, 'maxCost', 'leave it out'],
    [NATIVE, { inputs: INPUT, paymentAmount: 1 }, 'paymentAmount', 'payment_amount'],
    [NATIVE, { inputs: INPUT, payment_amount: 1, paymentAmount: 2 }, 'paymentAmount', 'payment_amount'],
  ])(
    'in a spelling that nobody takes is refused with the right one: %s %j',
    async (path, body, sent, right) => {
      const code = sent === 'identifierFromPurchaser' ? 'invalid_identifier' : 'invalid_input';
      const { body: refused } = await expectRefused(path, body, 400, code);
      expect((refused['field_errors'] as { [field: string]: string[] })[sent]?.[0]).toContain(right);
    },
  );

  test('may be sent in both spellings with one value', async () => {
    const twins = { identifier_from_purchaser: 'twins', identifierFromPurchaser: 'twins' };
    const { status, text } = await post(app, MIP, {
      ...twins,
      input_data: INPUT,
      inputData: INPUT,
      other: 1,
    });
    expect(status, text).toBe(200);
  });
});

describe('Inputs', () => {
  test.each([[null], [7], ['text'], [['autumn']], [true]])('are refused when they are %j', async (inputs) => {
    const [mip, native] = orders('no object', inputs) as [[string, object], [string, object]];
    const first = await expectRefused(...mip, 400, 'invalid_input');
    expect(first.body['field_errors']).toEqual({ input_data: ['input_data must be an object.'] });
    const second = await expectRefused(...native, 400, 'invalid_input');
    expect(second.body['field_errors']).toEqual({ inputs: ['inputs must be an object.'] });
  });

  test('that are missing count as empty for start_job, so that the refusal names the missing fields', async () => {
    const mip = await expectRefused(MIP, { identifier_from_purchaser: 'none' }, 400, 'invalid_input');
    expect(mip.body['field_errors']).toEqual({ topic: [expect.stringContaining('required')] });
    const native = await expectRefused(NATIVE, {}, 400, 'invalid_input');
    expect(native.body['field_errors']).toEqual({ inputs: [expect.stringContaining('missing')] });
  });

  test.each([
    [{}, 'text'],
    [{ text: null }, 'text'],
    [{ text: 7 }, 'text'],
    [{ text: 'ABC' }, 'text'],
    [{ text: 'abc', number: 'many' }, 'number'],
    [{ text: 'abc', number: 1.5 }, 'number'],
    [{ text: 'abc', number: 11 }, 'number'],
    [{ text: 'abc', password: 'abc' }, 'password'],
    [{ text: 'abc', textarea: 'x'.repeat(101) }, 'textarea'],
    [{ text: 'abc', date: '2026-02-30' }, 'date'],
    [{ text: 'abc', date: '2041-01-01' }, 'date'],
    [{ text: 'abc', time: '25:00' }, 'time'],
    [{ text: 'abc', datetime: 'tomorrow' }, 'datetime'],
    [{ text: 'abc', boolean: 'on' }, 'boolean'],
    [{ text: 'abc', select: 'Option C' }, 'select'],
    [{ text: 'abc', files: 'http://example.com/a.txt' }, 'files'],
    [{ text: 'abc', files: 'file:///etc/passwd' }, 'files'],
    [{ text: 'abc', action: 'stop' }, 'action'],
    [{ text: 'abc', other: 1 }, 'other'],
    [{ text: 'abc', constructor: 1 }, 'constructor'],
    [JSON.parse('{"text":"abc","__proto__":{"text":"abc"}}') as object, '__proto__'],
  ])('%j are refused with their field', async (inputs, field) => {
    const order = { identifier_from_purchaser: 'fields', input_data: inputs, inputs };
    for (const path of [`/mip003/${ELEMENTS}/start_job`, `/${ELEMENTS}/runs`]) {
      const { text, body } = await expectRefused(path, order, 400, 'invalid_input');
      const errors = (JSON.parse(text) as { field_errors: object }).field_errors;
      expect(Object.keys(errors)).toEqual([field]);
      expect(Object.values(errors)).toEqual([[expect.stringMatching(/\w.*/)]]);
      expect(body['detail']).toContain(field);
    }
  });

  test('with a number that no JSON value can hold are refused with their field', async () => {
    const fields = `{"topic":"a","_info_1":{"deep":[1e400]}}`;
    const mip = await expectRefused(
      MIP,
      `{"identifier_from_purchaser":"a","input_data":${fields}}`,
      400,
      'invalid_input',
    );
    expect(mip.body['field_errors']).toEqual({ _info_1: [expect.stringContaining('too large')] });
    await expectRefused(NATIVE, `{"inputs":${fields}}`, 400, 'invalid_input');
  });

  test('never appear in a refusal: they may be passwords', async () => {
    const inputs = { text: 'abc', password: 'pw' };
    const body = { identifier_from_purchaser: 'secret', input_data: inputs };
    const { text } = await expectRefused(`/mip003/${ELEMENTS}/start_job`, body, 400, 'invalid_input');
    expect(text).not.toContain('"pw"');
  });

  test('with U+0000 or half a character are refused with their field', async () => {
    for (const text of ['\\u0000', '\\ud800']) {
      const start = `{"identifier_from_purchaser":"nul","input_data":{"topic":"a${text}"}}`;
      const mip = await expectRefused(MIP, start, 400, 'invalid_input');
      expect(mip.body['field_errors']).toEqual({ topic: [expect.stringContaining('Text may not contain')] });
      await expectRefused(NATIVE, `{"inputs":{"topic":"a${text}"}}`, 400, 'invalid_input');
    }
  });
});

describe('An identifier', () => {
  test.each(['identifier_from_purchaser', 'identifierFromPurchaser'])(
    'with U+0000 or half a character is refused as one, whatever it is called: %s',
    async (name) => {
      for (const text of ['"a\\u0000"', '"\\ud800"', '["\\u0000"]'])
        for (const [path, inputs] of [
          [MIP, 'input_data'],
          [NATIVE, 'inputs'],
        ] as const) {
          const body = `{"${name}":${text},"${inputs}":{"topic":"autumn"}}`;
          const refused = await expectRefused(path, body, 400, 'invalid_identifier');
          expect(Object.values(refused.body['field_errors'] as object)).toHaveLength(1);
        }
      const field = `{"identifier_from_purchaser":"a","input_data":{"${name}":"\\u0000"}}`;
      await expectRefused(MIP, field, 400, 'invalid_input');
    },
  );
});

describe('An amount', () => {
  test.each([['-1'], ['"ten"'], ['true'], ['{}'], ['[1]'], ['-0.5'], ['""'], ['1e99999']])(
    'that is negative or no number is refused: %s',
    async (amount) => {
      const text = `{"inputs":{"topic":"autumn"},"payment_amount":${amount}}`;
      const { body } = await expectRefused(NATIVE, text, 400, 'invalid_payment_amount');
      expect(body['field_errors']).toEqual({ payment_amount: [body['detail']] });
    },
  );

  test.each([
    ['10.0', 10_000_000],
    ['1e1', 10_000_000],
    ['0.000001', 1],
    ['9007199254.740991', Number.MAX_SAFE_INTEGER],
    ['9007199254.740992', '9007199254740992'],
    ['12345678901234567890.123456', '12345678901234567890123456'],
  ])('is counted in lovelace without a float: %s ADA', async (ada, lovelace) => {
    const { status, body, text } = await post(
      app,
      NATIVE,
      `{"inputs":{"topic":"a"},"payment_amount":${ada}}`,
    );
    expect(status, text).toBe(200);
    expect(body['payment']).toMatchObject({ amounts: [{ amount: lovelace, unit: 'lovelace' }] });
  });
});

describe('A path that leads nowhere', () => {
  const unknown = [
    'nothing',
    'x'.repeat(300),
    '%00',
    '__proto__',
    'hasOwnProperty',
    '-_localhost_8001_hymn_-',
  ];

  test.each(unknown)('to an unknown flow is flow_not_found: %s', async (key) => {
    const body = { identifier_from_purchaser: 'a', input_data: INPUT, inputs: INPUT, job_id: randomUUID() };
    for (const path of [`/mip003/${key}/start_job`, `/${key}/runs`, `/mip003/${key}/provide_input`])
      expectProblem(await post(app, path, body), 404, 'flow_not_found');
    for (const rest of ['input_schema', 'demo', `status?job_id=${randomUUID()}`])
      expectProblem(await get(app, `/mip003/${key}/${rest}`), 404, 'flow_not_found');
    expectProblem(await get(app, `/${key}/runs/${randomUUID()}`), 404, 'flow_not_found');
    expectProblem(await get(app, `/${key}`), 404, 'route_not_found');
  });

  test('to a job of another flow, or to none, is job_not_found, and without any job_id it is missing_job_id', async () => {
    const { body } = await startJob(app, HYMN, 'mine', INPUT);
    for (const id of [String(body['id']), randomUUID(), 'x'.repeat(300), "'; drop table job"]) {
      const named = encodeURIComponent(id);
      expectProblem(await get(app, `/mip003/${APPROVAL}/status?job_id=${named}`), 404, 'job_not_found');
      expectProblem(await get(app, `/${APPROVAL}/runs/${named}`), 404, 'job_not_found');
      const answer = await post(app, `/mip003/${APPROVAL}/provide_input`, { job_id: id, input_data: {} });
      expectProblem(answer, 404, 'job_not_found');
    }
    for (const query of ['', '?job_id=', '?jobid=1'])
      expectProblem(await get(app, `/mip003/${HYMN}/status${query}`), 400, 'missing_job_id');
    for (const id of [undefined, null, '', 7, {}])
      await expectRefused(
        `/mip003/${HYMN}/provide_input`,
        { job_id: id, input_data: {} },
        400,
        'missing_job_id',
      );
    const found = await get(app, `/mip003/${HYMN}/status?jobId=${String(body['id'])}`);
    expect(found.status).toBe(200);
  });

  test('with a wrong method is 405 with the methods that are possible', async () => {
    for (const [method, path, allow] of [
      ['GET', MIP, 'POST'],
      ['PUT', MIP, 'POST'],
      ['POST', `/mip003/${HYMN}/status`, 'GET'],
      ['DELETE', '/mip003/availability', 'GET'],
      ['GET', NATIVE, 'POST'],
      ['PATCH', `/${HYMN}`, 'GET'],
    ] as const) {
      const answer = await ask(app, path, { method });
      expectProblem(answer, 405, 'method_not_allowed');
      expect(answer.headers.get('allow')).toContain(allow);
    }
  });

  test('below the family’s prefix is not a route, and fixed routes stay as they are', async () => {
    expectProblem(await get(app, `/mip003/${HYMN}/nothing`), 404, 'route_not_found');
    for (const path of [
      '/flows',
      '/runs',
      '/health',
      '/docs',
      '/agents',
      '/openapi.json',
      '/metrics',
      '/livez',
    ])
      expect((await get(app, path)).status, path).toBe(200);
    expect((await get(app, `/${HYMN}`)).body).toMatchObject({ key: HYMN, enabled: true });
  });
});
