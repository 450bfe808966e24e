import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVM } from '../support/sample-catalogue.ts';
import { ask, openStack, type Answer, type ApiStack } from './support/api.ts';
import { bookWithUnits } from './support/budgets.ts';
import { createProbe } from './support/family.ts';

let stack: ApiStack;
let api: { url: string };
let bare: { url: string };

beforeAll(async () => {
  stack = await openStack();
  const families = [createProbe().family];
  api = await stack.start({ families, assets: bookWithUnits });
  bare = await stack.start({ families });
});
afterAll(() => stack.close());

const send = (method: string, path: string, body?: unknown, to = api): Promise<Answer> =>
  ask(to, path, { method, body });
const GOOD = { name: 'Cap', unit: 'USD', amount: '10', period: 'month' };
const post = (change: object, to = api): Promise<Answer> =>
  send('POST', '/budgets', { ...GOOD, ...change }, to);

/** Status, code, and the first thing that is wrong: where, and what is said of it. */
function verdict({ status, body }: Answer): unknown[] {
  const [first] = (body['errors'] ?? []) as { path: string; message: string }[];
  return [status, body['code'], first?.path, first?.message];
}
const bad = (path: string, message: string | RegExp) => [
  400,
  'validation_failed',
  path,
  typeof message === 'string' ? message : expect.stringMatching(message),
];

it('each example of docs/BUDGETS.md is accepted', async () => {
  const text = await readFile(new URL('../../docs/BUDGETS.md', import.meta.url), 'utf8');
  const examples = [
    ...text.matchAll(/-X (\w+) \$API(\/\S+)[^']*(?:'[\w-]+: [^']*'[^']*)*?(?:-d '(.*)')?$/gm),
  ];
  expect(examples.map(([, method]) => method)).toEqual(['POST', 'POST', 'PATCH', 'POST', 'DELETE']);
  const id = String((await post({})).body['id']);
  for (const [, method = '', path = '', body] of examples) {
    const answer = await send(method, path.replace('$BUDGET', id), body?.replace('reasoning', 'probe'));
    expect([200, 201, 204], answer.text).toContain(answer.status);
  }
});

describe('a budget is refused', () => {
  it.each([
    ['without a name', { name: undefined }, 'name', /string/],
    ['with a name of spaces', { name: '  ' }, 'name', /./],
    ['without an amount', { amount: undefined }, 'amount', /string/],
    ['with an amount below zero', { amount: '-1' }, 'amount', /plain decimal number/],
    ['with an exponent', { amount: '1e3' }, 'amount', /plain decimal number/],
    ['with an amount of words', { amount: 'ten' }, 'amount', /plain decimal number/],
    ['with a comma', { amount: '1,5' }, 'amount', /plain decimal number/],
    ['with another period', { period: 'year' }, 'period', /month/],
    ['without a period', { period: undefined }, 'period', /month/],
    ['with another mode', { mode: 'soft' }, 'mode', /warn/],
    ['with an alert of nothing', { alerts: [0] }, 'alerts.0', /more than 0/],
    ['with an alert above all', { alerts: [0.5, 1.1] }, 'alerts.1', /at most 1/],
    ['with alerts that descend', { alerts: [0.8, 0.5] }, 'alerts', /ascend/],
    ['with an alert twice', { alerts: [0.5, 0.5] }, 'alerts', /ascend/],
    ['with an alert too fine', { alerts: [0.33333] }, 'alerts.0', /4 decimals/],
    ['with alerts of text', { alerts: ['0.5'] }, 'alerts.0', /number/],
    ['with a rollover of yes', { rollover: true }, 'rollover', /object/],
    ['with a rollover that says nothing', { rollover: {} }, 'rollover.enabled', /boolean/],
    ['with a negative cap', { rollover: { enabled: true, cap: -1 } }, 'rollover.cap', /plain decimal/],
    [
      'that rolls over and never renews',
      { period: 'total', rollover: { enabled: true } },
      'rollover',
      /no next/,
    ],
    [
      'that rolls over from run to run',
      { period: 'run', rollover: { enabled: true } },
      'rollover',
      /no next/,
    ],
    ['with a negative limit', { approve_above: '-0.1' }, 'approve_above', /plain decimal/],
    ['for a subject with spaces', { applies_to: { subject: 'a b' } }, 'applies_to.subject', /letters/],
    ['for an empty agent', { applies_to: { agent: '' } }, 'applies_to.agent', /name/],
    ['for a service of two lines', { applies_to: { service: 'a\nb' } }, 'applies_to.service', /line breaks/],
    ['for a payee of two lines', { applies_to: { payee: 'a\nb' } }, 'applies_to.payee', /printable/],
    ['for a family in capitals', { applies_to: { family: 'Probe' } }, 'applies_to.family', /family/],
    [
      'for a family nobody has',
      { applies_to: { family: 'porbe' } },
      'applies_to.family',
      /no family here.*probe/,
    ],
    ['without asset and unit', { unit: undefined }, 'asset', /`asset` or `unit`/],
    ['with asset and unit', { asset: 'SOL' }, 'unit', /not both/],
  ])('%s', async (_title, change, path, message) => {
    expect(verdict(await post(change))).toEqual(bad(path, message));
  });

  it('with a misspelt field, which is told with the one that was meant', async () => {
    expect(verdict(await post({ amuont: '1' }))).toEqual(
      bad('', '"amuont" is no field here; did you mean "amount"?'),
    );
    expect(verdict(await post({ applies_to: { subjct: 'a' } }))).toEqual(
      bad('applies_to', '"subjct" is no field here; did you mean "subject"?'),
    );
    expect(verdict(await post({ rollover: { enabled: true, limit: 1 } }))).toEqual(
      bad('rollover', '"limit" is no field here; there are enabled, cap.'),
    );
    expect(verdict(await post({ spent: '1' }))).toEqual(bad('', /counted from payments.*reset/));
  });

  it('in an asset or a unit that is not here, with those that are', async () => {
    const asset = (name: string): Promise<Answer> => post({ unit: undefined, asset: name });
    expect(verdict(await asset('EURC'))).toEqual([
      400,
      'unknown_asset',
      'asset',
      '"EURC" is no asset here; there are SOL, USDC.',
    ]);
    expect(verdict(await asset('eip155:1/slip44:60')).slice(0, 2)).toEqual([400, 'unknown_asset']);
    const two = await asset('USDC');
    expect(verdict(two).slice(0, 3)).toEqual([400, 'unknown_asset', 'asset']);
    expect(two.body['detail']).toContain(EVM);
    expect(verdict(await post({ unit: 'EUR' }))).toEqual([
      400,
      'unknown_unit',
      'unit',
      '"EUR" is no unit here; there are USD, CENTS, TOKENS.',
    ]);
    expect((await post({}, bare)).body['detail']).toContain('set ASSET_GROUPS');
  });

  it('in tokens with decimals, or with a limit above which a person is asked', async () => {
    const tokens = { unit: 'TOKENS', amount: '1000', approve_above: null, rollover: null };
    const made = await post(tokens, bare);
    expect(made).toMatchObject({ status: 201, body: { unit: 'TOKENS', amount: '1000', left: '1000' } });
    expect((await post({ ...tokens, amount: '1.5' })).body['code']).toBe('invalid_amount');
    expect(verdict(await post({ ...tokens, approve_above: '5' }))).toEqual(
      bad('approve_above', /nobody is asked about a single call/),
    );
  });

  it('with more decimals or digits than its unit has', async () => {
    const cents = { unit: 'CENTS' };
    expect((await post({ ...cents, amount: '1.25' })).status).toBe(201);
    for (const change of [
      { amount: '1.255' },
      { amount: '1', approve_above: '0.001' },
      { amount: '1', rollover: { enabled: true, cap: '0.001' } },
      { amount: '9'.repeat(77) },
    ]) {
      const answer = await post({ ...cents, ...change });
      expect([answer.status, answer.body['code']], answer.text).toEqual([400, 'invalid_amount']);
    }
  });
});

describe('a change is refused', () => {
  it('of what decides what was counted, with why', async () => {
    const id = String((await post({ period: 'total' })).body['id']);
    const patch = (body: object): Promise<Answer> => send('PATCH', `/budgets/${id}`, body);
    for (const [name, value] of Object.entries({ applies_to: {}, asset: 'SOL', unit: 'USD', period: 'day' }))
      expect(verdict(await patch({ [name]: value }))).toEqual(
        bad(
          '',
          `"${name}" cannot be given: what was counted until now was counted by it. Make another budget and delete this one.`,
        ),
      );
    expect(verdict(await patch({ left: '1' }))).toEqual(bad('', /counted from payments/));
    expect(verdict(await patch({ amout: '1' }))).toEqual(bad('', /did you mean "amount"/));
    expect(verdict(await patch({}))).toEqual(bad('', /at least one field/));
    expect(verdict(await patch({ rollover: { enabled: true } }))).toEqual(bad('rollover', /no next period/));
    expect((await patch({ amount: '0.0000001' })).body['code']).toBe('invalid_amount');
    expect((await send('GET', `/budgets/${id}`)).body).toMatchObject({ amount: '10', period: 'total' });
  });

  it('of a reset without its reason', async () => {
    const id = String((await post({})).body['id']);
    const reset = (body?: object): Promise<Answer> => send('POST', `/budgets/${id}/reset`, body);
    expect((await reset()).status).toBe(400);
    expect(verdict(await reset({ note: ' ' }))).toEqual(bad('note', /./));
    expect(verdict(await reset({ note: 'x', notes: 'y' }))).toEqual(bad('', /did you mean "note"/));
  });
});

describe('whatever is sent', () => {
  /** Values that fit, and one in five that need not. */
  const mostly = (fitting: fc.Arbitrary<unknown>) =>
    fc.oneof(
      { weight: 4, arbitrary: fitting },
      { weight: 1, arbitrary: fc.anything({ maxDepth: 2, withNullPrototype: false }) },
    );
  const amount = mostly(
    fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.stringMatching(/^\d{1,30}(\.\d{1,6})?$/)),
  );
  const share = fc.integer({ min: 1, max: 10_000 }).map((part) => part / 10_000);
  const fields = {
    name: mostly(fc.string({ minLength: 1, maxLength: 100 })),
    amount,
    mode: mostly(fc.constantFrom('hard', 'warn')),
    rollover: mostly(
      fc.option(fc.record({ enabled: fc.boolean(), cap: amount }, { requiredKeys: ['enabled'] })),
    ),
    alerts: mostly(
      fc.uniqueArray(share, { maxLength: 5 }).map((shares) => shares.toSorted((one, other) => one - other)),
    ),
    approve_above: mostly(fc.option(amount)),
  };
  const scope = fc.record({ subject: fc.constant('user-a'), payee: fc.string() }, { requiredKeys: [] });
  const more = { applies_to: mostly(scope), period: mostly(fc.constantFrom('run', 'day', 'month', 'total')) };
  const changes = fc.record(fields, { requiredKeys: [] });
  const bodies = fc.record({ ...fields, ...more }, { requiredKeys: [] });
  const json = (value: object): string =>
    JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? one.toString() : one));

  /** Every answer is done or refused with a word about it; of both there are enough. */
  async function judge(asked: fc.Arbitrary<object>, done: number, act: (body: string) => Promise<Answer>) {
    const counts = { done: 0, refused: 0 };
    const judgeOne = async (change: object): Promise<void> => {
      const body = json(change);
      const answer = await act(body);
      const said = `${body} -> ${answer.text}`;
      expect([done, 400], said).toContain(answer.status);
      counts[answer.status === 400 ? 'refused' : 'done'] += 1;
      if (answer.status === 400) expect(answer.body['detail'], said).toEqual(expect.any(String));
      else
        expect((await send('GET', `/budgets/${String(answer.body['id'])}`)).body, said).toEqual(answer.body);
    };
    await fc.assert(fc.asyncProperty(asked, judgeOne), { numRuns: 250 });
    expect(Math.min(counts.done, counts.refused)).toBeGreaterThan(25);
  }

  it('makes a budget as it is then read, or is refused with a word about it', { timeout: 60_000 }, () =>
    judge(
      bodies.map((body) => ({ ...GOOD, ...body })),
      201,
      (body) => send('POST', '/budgets', body),
    ),
  );

  it('changes a budget as it is then read, or is refused', { timeout: 60_000 }, async () => {
    const id = String((await post({})).body['id']);
    await judge(changes, 200, (body) => send('PATCH', `/budgets/${id}`, body));
  });
});
