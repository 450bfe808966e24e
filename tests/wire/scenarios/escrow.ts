import { scenario } from '../scenario.ts';

const WALLET = 'GmFQZ6kpp5zSR1yUdjHJVrPTznTrHVZZxBVn5UaTTeVt';
const SIGNATURE = '1'.repeat(64);

/** Money of users: in, out, and what is refused. */
export const escrow = scenario('escrow', async (wire, house) => {
  await wire.ask('the address', 'GET /escrow/address');
  const create = 'POST /escrow/eve/create';
  await wire.ask('no escrow yet', 'GET /escrow/eve/balance');
  await wire.ask('no wallet', create, { body: { userWallet: 'nonsense' } });
  await wire.ask('open', create, { body: { userWallet: WALLET }, headers: { 'idempotency-key': 'e1' } });
  await wire.ask('open again', create, { body: { userWallet: WALLET } });
  await wire.ask('open with another wallet', create, { body: { userWallet: `${WALLET.slice(0, -1)}u` } });
  await wire.ask('balance', 'GET /escrow/eve/balance');
  await wire.ask('history', 'GET /escrow/eve/history');
  const deposit = 'POST /escrow/eve/deposit';
  for (const [title, body] of [
    ['nothing', { amount: 0, signature: SIGNATURE }],
    ['less than nothing', { amount: -1, signature: SIGNATURE }],
    ['too many digits', { amount: '0.0000000001', signature: SIGNATURE }],
    ['an asset that is not held', { amount: 1, asset: 'DOGE', signature: SIGNATURE }],
    ['no signature', { amount: 1, signature: 'nonsense' }],
    ['a transaction that is not there', { amount: 1, asset: 'USDC', signature: SIGNATURE }],
  ] as const)
    await wire.ask(`deposit ${title}`, deposit, { body });
  await wire.ask('deposit for nobody', 'POST /escrow/nobody/deposit', {
    body: { amount: 1, signature: SIGNATURE },
  });
  const withdraw = 'POST /escrow/eve/withdraw';
  for (const [title, body] of [
    ['nothing', { amount: 0, destination: WALLET }],
    ['an asset that is not held', { amount: 1, asset: 'DOGE', destination: WALLET }],
    ['to nowhere', { amount: 1, asset: 'USDC', destination: 'nonsense' }],
    ['more than there is', { amount: 1, asset: 'USDC', destination: WALLET }],
  ] as const)
    await wire.ask(`withdraw ${title}`, withdraw, { body });

  await house.funded();
  await wire.ask('balance after a deposit', 'GET /escrow/rich/balance');
  await wire.ask('history after a deposit', 'GET /escrow/rich/history');
  const keyed = {
    body: { amount: '0.5', asset: 'USDC', destination: WALLET },
    headers: { 'idempotency-key': 'w1' },
  };
  await wire.ask('withdraw', 'POST /escrow/rich/withdraw', keyed);
  await wire.ask('withdraw again', 'POST /escrow/rich/withdraw', keyed);
  await wire.ask('withdraw another amount with the same key', 'POST /escrow/rich/withdraw', {
    ...keyed,
    body: { ...keyed.body, amount: '0.6' },
  });
  await wire.ask('balance after a withdrawal', 'GET /escrow/rich/balance');
  await wire.ask('history after a withdrawal', 'GET /escrow/rich/history');
  await wire.ask('a page of history', 'GET /escrow/rich/history?limit=1');
});
