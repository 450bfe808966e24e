import { USER, type Bench } from '../bench.ts';
import { FREE_REQUEST } from '../free-plan.ts';
import { spreadOf, type Spread } from '../harness/quantiles.ts';
import { watched } from '../harness/quiet.ts';

export interface ReadsResult {
  /** GET /workflows/:id of a finished run with its plan, steps and output. */
  getWorkflowMs: Spread;
  answerBytes: number;
  /** `select * from run where id = $1` on one connection, from the same process in the same minutes. */
  primaryKeySelectMs: Spread;
  /** GET /users/:userId/workflows?limit=20 */
  listWorkflowsMs: Spread;
  foreignCores: number;
}

const BLOCK = 50;

/** Reads through the API against the least the database could do, block by block. */
export async function measureReads(bench: Bench): Promise<ReadsResult> {
  const { client, database, steward } = bench;
  await steward.ask('load', { request: FREE_REQUEST, userId: USER, count: 20, concurrency: 10 });
  const ids = await finishedRuns(bench);
  const idAt = (index: number): string => ids[index % ids.length]!;
  const timed = { get: [] as number[], select: [] as number[], list: [] as number[] };
  const time = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await work();
    into.push(performance.now() - began);
  };
  const select = { name: 'bench_run', text: 'select * from run where id = $1' };
  const block = async (from: number): Promise<void> => {
    for (let at = from; at < from + BLOCK; at++)
      await time(timed.get, () => client.get(`/workflows/${idAt(at)}`));
    for (let at = from; at < from + BLOCK; at++)
      await time(timed.select, () => database.query({ ...select, values: [idAt(at)] }));
    for (let at = 0; at < BLOCK / 5; at++)
      await time(timed.list, () => client.get(`/users/${USER}/workflows?limit=20`));
  };
  await block(0);
  for (const list of Object.values(timed)) list.length = 0; // the first block was the warm-up
  const blocks = bench.quick ? 8 : 40;
  const { stretch } = await watched(async () => {
    for (let turn = 0; turn < blocks; turn++) await block(turn * BLOCK);
  });
  return {
    getWorkflowMs: spreadOf(timed.get),
    answerBytes: (await client.get(`/workflows/${idAt(0)}`)).length,
    primaryKeySelectMs: spreadOf(timed.select),
    listWorkflowsMs: spreadOf(timed.list),
    foreignCores: stretch.foreignCores,
  };
}

async function finishedRuns({ database }: Bench): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select id from run where status = 'completed' and subject = $1 order by finished_at desc limit 20`,
    [USER],
  );
  return rows.map(({ id }) => id);
}
