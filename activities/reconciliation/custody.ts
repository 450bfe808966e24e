import { setTimeout as delay } from 'node:timers/promises';
import { custodyLooks } from '../../db/repositories/reconciliation.ts';
import type { CustodyRail } from '../../domain/payments/rail.ts';
import { showAmount } from '../../domain/money.ts';
import {
  judgeAccount,
  positionOf,
  type AccountPosition,
  type CustodyLook,
  type Finding,
} from '../../domain/reconciliation.ts';
import type { Asset } from '../../schemas/core/money.ts';
import type { BookTools } from './tools.ts';
import { takeIn } from '../payments/intake.ts';
import { nodeErrorMessage } from '../payments/node-name.ts';

/** The result of one look: the position of each chain account, and what is wrong with it. */
export interface CustodyReport {
  positions: AccountPosition[];
  findings: Finding[];
}

const LOOKS = 3;
const NOTHING: CustodyLook = { ledger: 0n, mayHaveLeft: 0n, mayHaveCome: 0n, surplus: 0n };

/** The name of a chain account in reports: whose it is and what it holds. */
const custodyAccount = (rail: CustodyRail, asset: Asset): string =>
  `custody:system:${rail.payer}:${asset.id}`;

/** A difference counts only when the last of several looks still shows it, because nodes lag behind each other. */
export async function examineCustody(tools: BookTools): Promise<CustodyReport> {
  for (let look = 1; ; look++) {
    await takeIn(tools, { everyMs: 0, restMs: 0 });
    const report = await lookOnce(tools);
    const isClear = report.findings.every(({ kind }) => kind === 'chain_unreachable');
    if (isClear || look === LOOKS) return report;
    await delay(tools.lookAgainMs);
  }
}

async function lookOnce({ db, rails, assets }: BookTools): Promise<CustodyReport> {
  const before = await custodyLooks(db.pool);
  const chains = await Promise.all(
    accountsOf(rails.all).flatMap((rail) =>
      assets.assets
        .filter(({ network }) => network === rail.network)
        .map(async (asset) => ({
          account: custodyAccount(rail, asset),
          asset,
          ...(await askChain(rail, asset)),
        })),
    ),
  );
  const after = await custodyLooks(db.pool);
  const positions: AccountPosition[] = [];
  const findings: Finding[] = [];
  for (const { account, asset, chain, problem } of chains) {
    const position = positionOf({
      account,
      asset: asset.id,
      chain,
      before: before.get(asset.id) ?? NOTHING,
      after: after.get(asset.id) ?? NOTHING,
    });
    positions.push(position);
    const finding = judgeAccount(position, (minor) => showAmount(minor, asset), problem);
    if (finding) findings.push(finding);
  }
  return { positions, findings };
}

/** Several rails may pay out of one account, which is looked at once. */
const accountsOf = (rails: readonly CustodyRail[]): CustodyRail[] => [
  ...new Map(
    rails.filter(({ imagined }) => !imagined).map((rail) => [`${rail.network} ${rail.payer}`, rail]),
  ).values(),
];

async function askChain(
  rail: CustodyRail,
  asset: Asset,
): Promise<{ chain: bigint | null; problem?: string }> {
  try {
    return { chain: await rail.holdsFinally(asset.address) };
  } catch (error) {
    return { chain: null, problem: nodeErrorMessage(error) };
  }
}
