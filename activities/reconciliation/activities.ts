import { randomUUID } from 'node:crypto';
import { raiseAttention, settleGone } from '../../db/repositories/attention.ts';
import { findDifferences, saveReport } from '../../db/repositories/reconciliation.ts';
import type { ReconciliationActivities } from '../../domain/ports/reconciliation.ts';
import { showAmountOf } from '../../domain/money.ts';
import {
  attentionIdOf,
  WHOLE_KINDS,
  needsPerson,
  type AccountPosition,
  type Finding,
} from '../../domain/reconciliation.ts';
import { examineCustody } from './custody.ts';
import { repair } from './repairs.ts';
import { findContradictedPayments, findStrandedRuns } from './samples.ts';
import { withBookDefaults, type BookDeps, type BookTools } from './tools.ts';

export function createReconciliationActivities(deps: BookDeps): ReconciliationActivities {
  const tools = withBookDefaults(deps);
  return { checkBooks: () => checkBooks(tools) };
}

type Told = Finding & { repaired: boolean };

/** Nothing here is needed for the next step of anything, so a crash anywhere costs one report. */
async function checkBooks(tools: BookTools): Promise<{ id: string; findings: number; repaired: number }> {
  const startedAtMs = tools.now();
  const inside = await findDifferences(tools.db, tools.graceMs, (asset, minor) =>
    showAmountOf(tools.assets, asset, minor),
  );
  const sampled = [...(await findStrandedRuns(tools)), ...(await findContradictedPayments(tools))];
  const told: Told[] = [];
  for (const finding of [...inside, ...sampled])
    told.push({ ...finding, repaired: await repair(tools, finding) });
  const custody = await examineCustody(tools); // after the repairs, which may move what it compares with
  told.push(...custody.findings.map((finding) => ({ ...finding, repaired: false })));
  await tellPeople(tools, told);
  const id = `rec_${randomUUID()}`;
  await saveReport(tools.db.pool, {
    id,
    took_ms: tools.now() - startedAtMs,
    accounts: custody.positions.map(toRow),
    findings: told.map(({ size: _size, ...finding }) => finding),
  });
  return { id, findings: told.length, repaired: told.filter(({ repaired }) => repaired).length };
}

/** A difference that was not repaired opens an item. Items whose difference is gone are closed by the same look. */
async function tellPeople(tools: BookTools, told: readonly Told[]): Promise<void> {
  const open = told.filter((finding) => !finding.repaired && needsPerson(finding));
  for (const finding of open)
    await raiseAttention(tools.db.pool, {
      id: attentionIdOf(finding),
      tenant: finding.tenant === 'system' ? tools.operatorTenant : finding.tenant,
      kind: finding.kind,
      runId: finding.runId,
      detail: finding.detail,
      data: { object: finding.object },
      recurs: true,
    });
  const blind = told.some(({ kind }) => kind === 'chain_unreachable');
  const kinds = WHOLE_KINDS.filter((kind) => !(blind && kind.startsWith('chain_')));
  await settleGone(tools.db.pool, { prefix: 'books:', kinds, except: open.map(attentionIdOf) });
}

const toRow = ({ account, asset, ledger, chain, drift, explained, surplus }: AccountPosition) => ({
  account_id: account,
  asset,
  ledger: ledger.toString(),
  chain: chain?.toString() ?? null,
  drift: drift.toString(),
  explained,
  surplus: surplus.toString(),
});
