import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, approvesAtOnce, play, untilAsked } from '../workflows/support/approved.ts';
import { aPaidStep, aPlan, demand, type Fakes } from '../workflows/support/fakes.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const plan = aPlan([aPaidStep('a', '100'), aPaidStep('b', '200', { dependencies: ['a'] })]);
const submits = ({ calls }: Fakes): number => calls.filter((call) => call === 'submit').length;
const reasonOf = ({ events }: Fakes, hash: string): unknown =>
  events.find(({ key }) => key === `approval.requested:${hash}`)?.data['reason'];

test.each([
  ['payee', { payTo: 'somebody else' }],
  ['asset', { asset: 'something else' }],
  ['network', { network: 'eip155:1' }],
  ['price', { amount: '201' }],
])(
  'a seller who changes the %s while a run waits for money is paid only once that is approved',
  async (_what, terms) => {
    const { fakes, end } = await play(
      temporal,
      {
        plan,
        calls: { a: [demand('100')], b: [demand('200'), demand('200', terms)] },
        sign: [
          { kind: 'signed' },
          { kind: 'refused', reason: 'low_balance', message: 'not now', shortBy: '40' },
          { kind: 'signed' },
        ],
        funded: [true],
      },
      async (handle, all) => {
        await approvesAtOnce(handle, all);
        await untilAsked(all, 'hash-3');
        expect([reasonOf(all, 'hash-2'), reasonOf(all, 'hash-3')]).toEqual(['low_balance', 'price_changed']);
        expect(submits(all)).toBe(1);
        for (const planHash of ['hash-1', 'hash-2'])
          await expect(approve(handle, { planHash, updateId: planHash })).rejects.toMatchObject({
            cause: { type: 'plan_changed' },
          });
        await approve(handle, { planHash: 'hash-3' });
      },
    );
    expect([end, submits(fakes)]).toEqual(['completed', 2]);
  },
);

test('a deposit does not raise the user’s own ceiling: the rest of a dearer plan needs another approval', async () => {
  const dearer = aPlan([
    aPaidStep('a', '200', { estimatedCost: '100' }),
    aPaidStep('b', '100', { dependencies: ['a'] }),
  ]);
  const { fakes, end } = await play(
    temporal,
    {
      plan: dearer,
      calls: { a: [demand('200')], b: [demand('100')] },
      sign: [
        { kind: 'refused', reason: 'low_balance', message: 'not now', shortBy: '40' },
        { kind: 'signed' },
      ],
      funded: [true],
    },
    async (handle, all) => {
      await untilAsked(all);
      await approve(handle, { limits: { maxTotalAmount: '1000' } });
      await untilAsked(all, 'hash-3');
      expect([reasonOf(all, 'hash-2'), reasonOf(all, 'hash-3')]).toEqual(['low_balance', 'cost_overrun']);
      expect(submits(all)).toBe(1);
      await approve(handle, { planHash: 'hash-3' });
    },
    { settings: { maxCost: '250' } },
  );
  expect([end, submits(fakes), fakes.finished[0]?.totals.cost]).toEqual(['completed', 2, '300']);
});
