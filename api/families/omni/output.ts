import { createValues } from '../../../db/values.ts';
import type { RunRow } from '../../../db/repositories/runs.ts';
import type { Ctx } from '../../context.ts';
import { readOutput } from '../../runs/to-wire.ts';

/** What an ended chat answered; undefined where it ended without. */
export async function outputOf<T>({ deps }: Pick<Ctx, 'deps'>, { view }: RunRow): Promise<T | undefined> {
  const output = await readOutput(createValues(deps.db.pool, deps.sealer), view);
  return output === null ? undefined : (output as unknown as T);
}
