import { readTurns } from '../../db/omni/chats.ts';
import { getRun, type RunRow } from '../../db/repositories/runs.ts';
import { EngineError } from '../../domain/errors.ts';
import type { TurnCall } from '../../domain/omni/ports.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { OmniDeps } from './tools.ts';

/** A call as it is kept, with what the tool is told. */
export interface KeptCall extends TurnCall {
  input: JsonObject;
  /** The model's own name of the call. */
  id: string;
}

/** What one round decided, sealed in the database; histories carry only which calls there are. */
export interface KeptTurn {
  text: string;
  calls: KeptCall[];
  mode: 'llm' | 'offline';
}

export const toKept = (turn: JsonObject): KeptTurn => turn as unknown as KeptTurn;

export async function turnsOf({ db, sealer }: OmniDeps, runId: string): Promise<Map<number, KeptTurn>> {
  const turns = await readTurns(db.pool, sealer, runId);
  return new Map([...turns].map(([round, turn]) => [round, toKept(turn)]));
}

export async function keptCall(deps: OmniDeps, runId: string, step: string): Promise<KeptCall> {
  const turns = await turnsOf(deps, runId);
  const found = [...turns.values()].flatMap(({ calls }) => calls).find((call) => call.step === step);
  if (found === undefined) throw new EngineError('call_not_found', `Run ${runId} has no call ${step}.`);
  return found;
}

/** The chat's run with what was said. */
export async function openChat(
  { db, sealer }: OmniDeps,
  runId: string,
): Promise<{ run: RunRow; message: string; agentId: string; sessionId: string | null }> {
  const run = await getRun(db.pool, runId);
  if (run === undefined) throw new EngineError('run_not_found', `Run ${runId} has no row.`);
  return { run, ...said(sealer.open('run.input', run.input_sealed)) };
}

export function said(input: Json): { message: string; agentId: string; sessionId: string | null } {
  const { message, agent_id: agentId, session_id: session } = input as JsonObject;
  return {
    message: String(message),
    agentId: String(agentId),
    sessionId: typeof session === 'string' ? session : null,
  };
}
