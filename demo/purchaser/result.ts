import { setTimeout as sleep } from 'node:timers/promises';
import type { Money } from './money.ts';
import { hashOutput } from './proofs.ts';
import type { Purchase } from './order.ts';

const LOOK_MS = 1000;
const ON_CHAIN_MS = 900_000; // blocks take seconds, confirmations minutes

/** The seller put the hash of the right result on the chain. A result with another hash is not what was paid for. */
export async function checkResult(purchase: Purchase, result: string): Promise<void> {
  const { screen, report, identifier, money, outputHash } = purchase;
  for (const line of result.split('\n')) screen.detail(line.slice(0, 140));
  const hash = hashOutput(identifier, result, outputHash);
  if (money === undefined)
    return report.skip('result hash', `nobody paid, so no chain has it; it is ${hash}`);
  const onChain = await resultHashOf(money);
  if (onChain === null)
    return report.check('result hash', false, `none is on the chain after ${ON_CHAIN_MS / 60_000} minutes`);
  const other = outputHash === 'mip' ? 'escaped' : 'mip';
  const hint =
    hashOutput(identifier, result, other) === onChain
      ? `; that is the hash with MASUMI_OUTPUT_HASH=${other}, which the seller seems to use`
      : '';
  report.check(
    'result hash',
    hash === onChain,
    hash === onChain ? `${hash}, as on the chain` : `${hash} here, ${onChain} on the chain${hint}`,
  );
}

async function resultHashOf(money: Money): Promise<string | null> {
  const giveUpAt = Date.now() + ON_CHAIN_MS;
  for (;;) {
    const { resultHash } = await money.look();
    if (resultHash !== null && resultHash !== '') return resultHash;
    if (Date.now() >= giveUpAt) return null;
    await sleep(LOOK_MS);
  }
}
