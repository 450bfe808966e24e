import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attentionIdOf, judgeAccount, needsPerson, positionOf, type CustodyLook } from './reconciliation.ts';

const look = (ledger: bigint, mayHaveLeft = 0n, mayHaveCome = 0n): CustodyLook => ({
  ledger,
  mayHaveLeft,
  mayHaveCome,
  surplus: 0n,
});
const account = { account: 'custody:system:me:usdc', asset: 'usdc' };
const judge = (before: CustodyLook, after: CustodyLook, chain: bigint | null) =>
  judgeAccount(positionOf({ ...account, before, after, chain }), (minor) => `${minor} units`);

describe('a chain account', () => {
  test('that holds what the ledger says has no finding', () => {
    expect(judge(look(100n), look(100n), 100n)).toBeUndefined();
  });

  test('may hold less by what is leaving, and more by what is coming', () => {
    expect(judge(look(100n, 30n), look(100n, 30n), 70n)).toBeUndefined();
    expect(judge(look(100n, 0n, 5n), look(100n, 0n, 5n), 105n)).toBeUndefined();
    expect(judge(look(100n, 30n), look(100n, 30n), 69n)).toMatchObject({
      kind: 'chain_shortfall',
      size: '-31',
    });
    expect(judge(look(100n, 0n, 5n), look(100n, 0n, 5n), 106n)).toMatchObject({
      kind: 'chain_surplus',
      size: '6',
    });
  });

  test('may have changed between the two looks at the ledger', () => {
    expect(judge(look(100n), look(150n), 120n)).toBeUndefined();
    expect(judge(look(150n), look(100n), 120n)).toBeUndefined();
  });

  test('whose chain does not answer gives a finding that needs no person', () => {
    const finding = judge(look(100n), look(100n), null)!;
    expect(finding).toMatchObject({ kind: 'chain_unreachable', object: account.account });
    expect(needsPerson(finding)).toBe(false);
  });

  test('is never called wrong because of money under way, and always for anything beyond it', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 30n });
    fc.assert(
      fc.property(amount, amount, amount, amount, (ledger, leaving, coming, beyond) => {
        const facts = look(ledger + leaving, leaving, coming);
        expect(judge(facts, facts, ledger)).toBeUndefined();
        expect(judge(facts, facts, ledger + leaving + coming)).toBeUndefined();
        expect(judge(facts, facts, ledger - beyond - 1n)?.kind).toBe('chain_shortfall');
        expect(judge(facts, facts, ledger + leaving + coming + beyond + 1n)?.kind).toBe('chain_surplus');
      }),
    );
  });
});

test('has one item for the same difference, and another for a difference of another size', () => {
  const short = (chain: bigint): string => attentionIdOf(judge(look(100n), look(100n), chain)!);
  expect(short(90n)).toBe(short(90n));
  expect(short(90n)).not.toBe(short(80n));
});
