import type pg from 'pg';
import { CUSTODY_KINDS } from '../../domain/accounts.ts';
import type { CustodyLook, Finding } from '../../domain/reconciliation.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Database } from '../database.ts';
import type { Queryable } from '../ledger.ts';
import { BOOK_CHECKS, entrySums, withAmounts } from './book-checks.ts';

const MOST_OF_A_KIND = 200; // a report stays readable; the next check shows the rest

interface Difference {
  tenant: string;
  run_id: string | null;
  object: string;
  detail: string;
}

/**
 * Every difference inside the database, from one snapshot. `show` writes amounts for people. Things that ended less than `graceMs` ago may still move.
 */
export async function findDifferences(
  db: Database,
  graceMs: number,
  show = (asset: string, minor: string): string => `${minor} minor units of ${asset}`,
): Promise<Finding[]> {
  return db.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const found: Finding[] = [];
    for (const { kind, sql } of BOOK_CHECKS) {
      const { rows } = await client.query<Difference>(
        `${sql} limit ${MOST_OF_A_KIND}`,
        sql.includes('$1') ? [graceMs] : [],
      );
      found.push(
        ...rows.map(({ run_id: runId, detail, ...row }) => ({
          kind,
          runId,
          detail: withAmounts(detail, show),
          ...row,
        })),
      );
    }
    return found;
  });
}

/**
 * Fee and rent of a new token account in lamports. Withdrawals and transfers may cost them; they are booked at the
 * close.
 */
const FEE_ALLOWANCE = 2_100_000;

/** What chain accounts must hold by asset (CAIP-19), and what is under way in and out. Minor units. */
export async function custodyLooks(db: Queryable): Promise<Map<string, CustodyLook>> {
  const { rows } = await db.query<{
    asset: string;
    ledger: string;
    leaving: string;
    coming: string;
    surplus: string;
  }>(
    `with posted as (
       select a.asset, sum(e.amount) as amount, sum(e.amount) filter (where a.kind = 'surplus') as surplus
       from account a join entry e on e.account_id = a.id join transfer t on t.id = e.transfer_id
       where a.kind = any($2) and t.state = 'posted' group by a.asset
     ), moving as (
       select a.asset, sum(e.amount) as amount
       from transfer t join entry e on e.transfer_id = t.id join account a on a.id = e.account_id
       where a.kind = any($2) and t.state = 'pending' group by t.id, a.asset
       union all select asset, amount from deposit where status = 'pending'
       union all select asset, amount - taken - booked from arrival where state = 'open' and final and taken + booked < amount
       union all select a.asset, -$1::numeric from (select distinct asset from account where asset like '%/slip44:501') a,
         (select from withdrawal where status not in ('finalized', 'released')
          union all select from payment where kind = 'step' and asset like '%/slip44:501' and status = 'prepared'
          union all select from payment where kind = 'step' and rail = 'solana-transfer' and (status in ('signed', 'submitted', 'unknown')
            or (status = 'settled' and not finalized))) w
     )
     select asset, coalesce(p.amount, 0)::text as ledger,
       coalesce(-sum(m.amount) filter (where m.amount < 0), 0)::text as leaving,
       coalesce(sum(m.amount) filter (where m.amount > 0), 0)::text as coming,
       coalesce(p.surplus, 0)::text as surplus
     from posted p full join moving m using (asset) group by asset, p.amount, p.surplus`,
    [FEE_ALLOWANCE, CUSTODY_KINDS],
  );
  return new Map(
    rows.map(({ asset, ledger, leaving, coming, surplus }) => [
      asset,
      {
        ledger: BigInt(ledger),
        mayHaveLeft: BigInt(leaving),
        mayHaveCome: BigInt(coming),
        surplus: BigInt(surplus),
      },
    ]),
  );
}

/**
 * Sets a guarded balance to the sum of its entries. False when that would leave holds uncovered: then a person decides.
 */
export async function rebuildBalance(client: pg.PoolClient, account: string): Promise<boolean> {
  await client.query('select from account_balance where account_id = $1 for update', [account]);
  const { rowCount } = await client.query(
    `update account_balance b set posted = s.posted, pending_out = s.held
     from (${entrySums('$1')}) s
     where b.account_id = $1 and s.posted >= s.held`,
    [account],
  );
  return rowCount === 1;
}

/** A run that may have lost its workflow. */
export interface LiveRun {
  id: string;
  tenant: string;
  subject: string;
  workflow_id: string;
}

/** Some live runs that have not moved for a while. Every check looks at others. */
export async function sampleQuietRuns(db: Queryable, quietMs: number, limit: number): Promise<LiveRun[]> {
  const { rows } = await db.query<LiveRun>(
    `select id, tenant, subject, workflow_id from run
     where finished_at is null and start_state = 'started'
       and not (status = 'compensating' and coalesce(view #>> '{error,code}', '') = 'WORKFLOW_LOST')
       and updated_at < now() - $1 * interval '1 millisecond'
     order by random() limit $2`,
    [quietMs, limit],
  );
  return rows;
}

/** Ids of some payments that were closed for good in the last days. Their chains are asked again. */
export async function sampleClosedPayments(db: Queryable, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from payment where (finalized or status = 'void') and fingerprint is not null
       and updated_at > now() - interval '2 days' order by random() limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** A stored report; amounts are minor units as text. */
export interface ReportRow {
  id: string;
  checked_at: Date;
  took_ms: number;
  accounts: JsonObject[];
  findings: JsonObject[];
}

const KEPT_REPORTS = 200;

export async function saveReport(db: Queryable, report: Omit<ReportRow, 'checked_at'>): Promise<void> {
  const { id, took_ms, accounts, findings } = report;
  await db.query(
    `insert into reconciliation (id, took_ms, accounts, findings) values ($1, $2, $3, $4) on conflict (id) do nothing`,
    [id, took_ms, JSON.stringify(accounts), JSON.stringify(findings)],
  );
  await db.query(
    `delete from reconciliation where id in (select id from reconciliation order by checked_at desc offset $1)`,
    [KEPT_REPORTS],
  );
}

export async function lastReport(db: Queryable): Promise<ReportRow | undefined> {
  const { rows } = await db.query<ReportRow>(
    'select id, checked_at, took_ms, accounts, findings from reconciliation order by checked_at desc limit 1',
  );
  return rows[0];
}
