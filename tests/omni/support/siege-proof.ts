import { Contract, formatEther, JsonRpcProvider, parseEther, type EventLog } from 'ethers';
import { expect } from 'vitest';
import { mneePaymentRouter } from '../../../contracts/mnee-payment-router.ts';
import { holdBooks } from '../../kills/proof.ts';
import type { Victims } from '../../kills/victims.ts';
import { countAll } from '../../siege/counts.ts';
import { withClient } from '../../support/database-admin.ts';

export const AGENT = 'user-agent';

type Row = Record<string, unknown>;

/** What a chat was answered with. */
export interface Chat {
  task_id: string;
  status: string;
  steps: Row[];
}

/** What the agent has spent today, in every digit. */
export async function spentOf(victims: Victims): Promise<bigint> {
  const [, digits] = /"currentDailySpend":([\d.]+)/.exec(await textOf(victims, `/agents/${AGENT}`))!;
  return parseEther(digits!);
}

const textOf = async ({ url }: Victims, path: string): Promise<string> => (await fetch(url + path)).text();

/** Each chat ended with what it paid for, the day was used to the last unit that fits, and API, books and chain agree. */
export async function holdDay(
  victims: Victims,
  chats: readonly Chat[],
  day: { spent: bigint; left: bigint },
): Promise<void> {
  const paid = chats.flatMap(holdAnswer);
  await holdRuns(victims, chats);
  await holdCalls(victims, chats, paid);
  await holdArchive(victims, paid);
  expect(await spentOf(victims)).toBe(day.spent);
  const left = `"remainingBudget":${formatEther(day.left)},`;
  expect(await textOf(victims, `/agents/${AGENT}`)).toContain(left);
  await holdChain(victims, paid, day.spent);
  await holdBooks(victims);
  process.stdout.write(
    `The siege is over: ${chats.length} chats, ${paid.length} calls paid with ${formatEther(day.spent)} MNEE, ` +
      `${chats.length * 2 - paid.length} kept from paying.\n`,
  );
}

/** A call that was paid. */
interface Paid {
  task: string;
  tx: string;
  service: string;
}

/** Both tools were asked for, each once: paid and answered, or kept from paying by the budget. */
function holdAnswer({ task_id: id, status, steps }: Chat): Paid[] {
  expect({ id, status, tools: steps.map(({ tool_name }) => tool_name) }).toEqual({
    id,
    status: 'completed',
    tools: ['get_price_tool', 'archive_log_tool'],
  });
  return steps.flatMap((step, at) => {
    const wanted = WANTED[String(step['policy_action'])]?.[at] ?? {
      status: 'an end that this call cannot have',
    };
    expect({ id, ...step }).toMatchObject({ id, ...wanted });
    if (step['policy_action'] !== 'ALLOW') return [];
    const [task, tx] = [`${id}-${at + 1}`, String(step['tx_hash'])];
    expect(step['output']).toMatchObject({ taskId: task, _task_id: task, _payment_tx: tx });
    return [{ task, tx, service: String(step['service_id']) }];
  });
}

const DONE = { status: 'success', tx_hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) };

/** How the price and the archive may end. */
const WANTED: { [action: string]: (Row | undefined)[] } = {
  ALLOW: [
    { ...DONE, output: { base: 'BTC', price: expect.any(Number) } },
    { ...DONE, output: { archived: true } },
  ],
  DENY: [{ status: 'denied', tx_hash: null }, undefined],
  DOWNGRADE: [undefined, { status: 'success', tx_hash: null, output: { mode: 'SUMMARY_ONLY' } }],
};

/** One run for each message, whole, and completed. */
async function holdRuns({ config }: Victims, chats: readonly Chat[]): Promise<void> {
  expect(new Set(chats.map(({ task_id }) => task_id)).size).toBe(chats.length);
  const { runs, tornRuns } = await countAll(config.DATABASE_URL!);
  expect({ runs, tornRuns }).toEqual({ runs: { completed: chats.length }, tornRuns: [] });
}

/** One decision for each call, and one payment for each that was allowed. */
async function holdCalls({ config }: Victims, chats: readonly Chat[], paid: readonly Paid[]): Promise<void> {
  const { rows } = await withClient(config.DATABASE_URL!, (client) =>
    client.query<{ task_id: string; reason_code: string; status: string | null; tx_hash: string | null }>(
      `select c.task_id, c.reason_code, p.status, p.tx_hash
       from omni_call c left join payment p on p.id = c.payment_id`,
    ),
  );
  const tasks = chats.flatMap(({ task_id }) => [`${task_id}-1`, `${task_id}-2`]);
  expect(rows.map(({ task_id }) => task_id).toSorted()).toEqual(tasks.toSorted());
  const reasons = [...new Set(rows.map(({ reason_code }) => reason_code))];
  expect(reasons.toSorted()).toEqual(['APPROVED', 'BUDGET_EXCEEDED']);
  const settled = rows.flatMap(({ task_id, status, tx_hash }) =>
    status === null ? [] : [`${status} ${task_id} ${tx_hash}`],
  );
  expect(settled.toSorted()).toEqual(paid.map(({ task, tx }) => `settled ${task} ${tx}`).toSorted());
}

/** Whoever was asked again after a crash did the work once. */
async function holdArchive({ config }: Victims, paid: readonly Paid[]): Promise<void> {
  const archive: unknown = await (await fetch(`${config.LOG_ARCHIVE_URL}/logs/stats`)).json();
  const archived = paid.filter(({ service }) => service === 'LOG_ARCHIVE').length;
  expect(archive).toMatchObject({ total_logs: archived });
}

/** What the router paid: each call that was answered, once, nothing else, and in all what the day says. */
async function holdChain({ local: { evm } }: Victims, paid: readonly Paid[], spent: bigint): Promise<void> {
  const chain = new JsonRpcProvider(evm.rpcUrl, evm.chainId, { staticNetwork: true });
  const router = new Contract(evm.mnee.router, mneePaymentRouter.abi, chain);
  const events = (await router.queryFilter('PaymentExecuted', 0)) as EventLog[];
  chain.destroy();
  const told = events.map(({ args, transactionHash }) => `${String(args['taskId'])} ${transactionHash}`);
  expect(told.toSorted()).toEqual(paid.map(({ task, tx }) => `${task} ${tx}`).toSorted());
  expect(events.reduce((total, { args }) => total + (args['amount'] as bigint), 0n)).toBe(spent);
}
