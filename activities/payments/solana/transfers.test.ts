import '../../../config/quiet-bindings.ts';
import { TOKEN_PROGRAM_ID } from '@solana/spl-token';
import { Keypair, SystemProgram, type ParsedTransactionWithMeta } from '@solana/web3.js';
import { expect, test } from 'vitest';
import { coinTransfers, tokenTransfers } from './transfers.ts';

const [wallet, account] = [Keypair.generate().publicKey, Keypair.generate().publicKey];
const [source, destination] = [account.toBase58(), 'escrow account'];

function transaction(top: object[], inner: object[] = []): ParsedTransactionWithMeta {
  return {
    transaction: {
      message: { accountKeys: [{ pubkey: wallet, signer: true }, { pubkey: account }], instructions: top },
    },
    meta: {
      innerInstructions: [{ index: 0, instructions: inner }],
      preTokenBalances: [
        { accountIndex: 1, mint: 'm', owner: wallet.toBase58(), uiTokenAmount: { amount: '9' } },
      ],
    },
  } as unknown as ParsedTransactionWithMeta;
}

const token = (type: string, info: object) => ({ programId: TOKEN_PROGRAM_ID, parsed: { type, info } });
const authority = wallet.toBase58();

test('tokens move by transfer and by transferChecked, also inside other programs', () => {
  const found = tokenTransfers(
    transaction(
      [
        token('transfer', { source, destination, authority, amount: '5' }),
        { programId: account, data: 'opaque' },
      ],
      [token('transferChecked', { source, destination, authority, tokenAmount: { amount: '7' } })],
    ),
  );
  expect(found.map(({ amount }) => amount)).toEqual([5n, 7n]);
  expect(found[0]).toMatchObject({ destination, authority, sourceOwner: authority });
});

test('an approval, a burn and another program’s look-alike move nothing to us', () => {
  const lookAlike = {
    programId: account,
    parsed: { type: 'transfer', info: { source, destination, authority, amount: '5' } },
  };
  const found = tokenTransfers(
    transaction([token('approve', { source, amount: '5' }), token('burn', { amount: '5' }), lookAlike]),
  );
  expect(found).toEqual([]);
});

test('an account whose owner the transaction does not show belongs to nobody', () => {
  const [found] = tokenTransfers(
    transaction([token('transfer', { source: 'other', destination, authority, amount: '5' })]),
  );
  expect(found?.sourceOwner).toBeNull();
});

test('coins move by the system program’s transfer', () => {
  const move = {
    programId: SystemProgram.programId,
    parsed: { type: 'transfer', info: { source, destination, lamports: 5 } },
  };
  const create = {
    programId: SystemProgram.programId,
    parsed: { type: 'createAccount', info: { source, lamports: 5 } },
  };
  expect(coinTransfers(transaction([create], [move]))).toEqual([
    { source, destination, authority: source, sourceOwner: source, amount: 5n },
  ]);
});

test('what a node leaves out moves nothing', () => {
  const bare = {
    ...transaction([token('transfer', {}), { programId: TOKEN_PROGRAM_ID, parsed: { type: 'transfer' } }]),
    meta: null,
  };
  expect(tokenTransfers(bare)).toEqual(
    [1, 2].map(() => ({ source: '', destination: '', authority: '', sourceOwner: null, amount: 0n })),
  );
  expect(
    coinTransfers({ ...bare, ...transaction([{ programId: SystemProgram.programId, parsed: null }]) }),
  ).toEqual([]);
});
