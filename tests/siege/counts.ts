import type { Client } from 'pg';
import { withClient } from '../support/database-admin.ts';

/** What is in the database after a siege. */
export interface Counts {
  runs: { [status: string]: number };
  events: number;
  payments: { [status: string]: number };
  withdrawals: { [status: string]: number };
  /** Runs whose events are not numbered 1, 2, 3 without gaps, or that do not have exactly one end. */
  tornRuns: string[];
}

export const countAll = (url: string): Promise<Counts> => withClient(url, countIn);

async function countIn(client: Client): Promise<Counts> {
  const byStatus = async (text: string): Promise<{ [status: string]: number }> =>
    Object.fromEntries(
      (await client.query<{ status: string; n: string }>(text)).rows.map((row) => [
        row.status,
        Number(row.n),
      ]),
    );
  const torn = await client.query<{ id: string }>(
    `select r.id from run r left join event e on e.run_id = r.id group by r.id, r.last_seq
       having count(e.seq) <> r.last_seq or max(e.seq) <> r.last_seq or count(distinct e.seq) <> r.last_seq
         or count(*) filter (where e.type in ('run.completed', 'run.failed', 'run.cancelled')) <> 1`,
  );
  const events = await client.query<{ n: string }>('select count(*) n from event');
  return {
    runs: await byStatus('select status, count(*) n from run group by 1 order by 1'),
    events: Number(events.rows[0]!.n),
    payments: await byStatus('select status, count(*) n from payment group by 1 order by 1'),
    withdrawals: await byStatus('select status, count(*) n from withdrawal group by 1 order by 1'),
    tornRuns: torn.rows.map(({ id }) => id),
  };
}

const list = (counts: { [name: string]: number }): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ') || 'none';

export const inWords = ({ runs, events, payments, withdrawals }: Counts): string =>
  [
    `  runs         ${list(runs)}`,
    `  events       ${events}, each once and in order`,
    `  payments     ${list(payments)}`,
    `  withdrawals  ${list(withdrawals)}`,
  ].join('\n');
