import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';
import type { Sealer } from '../sealing.ts';

/** A chat beside its run. */
export interface ChatRow {
  run_id: string;
  tenant: string;
  agent_id: string;
  session_id: string | null;
}

export const insertChat = async (db: Queryable, chat: ChatRow): Promise<void> =>
  void (await db.query(
    'insert into omni_chat (run_id, tenant, agent_id, session_id) values ($1, $2, $3, $4) on conflict do nothing',
    [chat.run_id, chat.tenant, chat.agent_id, chat.session_id],
  ));

export async function findChat(db: Queryable, runId: string): Promise<ChatRow | undefined> {
  const { rows } = await db.query<ChatRow>({
    name: 'omni_chat_find',
    text: 'select run_id, tenant, agent_id, session_id from omni_chat where run_id = $1',
    values: [runId],
  });
  return rows[0];
}

const TURN = 'omni.turn';

/** Keeps what a round decided. The first one stays, so that a repetition goes on with the same. */
export async function keepTurn(
  db: Queryable,
  sealer: Sealer,
  { runId, round, turn }: { runId: string; round: number; turn: JsonObject },
): Promise<JsonObject> {
  await db.query(
    'insert into omni_turn (run_id, round, sealed) values ($1, $2, $3) on conflict (run_id, round) do nothing',
    [runId, round, sealer.seal(TURN, turn)],
  );
  return (await readTurns(db, sealer, runId)).get(round)!;
}

/** What the rounds of a chat decided, by their number. */
export async function readTurns(
  db: Queryable,
  sealer: Sealer,
  runId: string,
): Promise<Map<number, JsonObject>> {
  const { rows } = await db.query<{ round: number; sealed: Buffer }>({
    name: 'omni_turns',
    text: 'select round, sealed from omni_turn where run_id = $1 order by round',
    values: [runId],
  });
  return new Map(rows.map(({ round, sealed }) => [round, sealer.open(TURN, sealed) as JsonObject]));
}

/** Sealed inputs and outputs of the last ended chats of a session, oldest first. */
export async function lastChats(
  db: Queryable,
  {
    tenant,
    agentId,
    sessionId,
    before,
  }: { tenant: string; agentId: string; sessionId: string; before: string },
  limit: number,
): Promise<{ input_sealed: Buffer; view: JsonObject }[]> {
  const { rows } = await db.query<{ input_sealed: Buffer; view: JsonObject }>(
    `select r.input_sealed, r.view from omni_chat c join run r on r.id = c.run_id
     where c.tenant = $1 and c.agent_id = $2 and c.session_id = $3 and c.run_id <> $4 and r.status = 'completed'
     order by c.created_at desc limit $5`,
    [tenant, agentId, sessionId, before, limit],
  );
  return rows.toReversed();
}
