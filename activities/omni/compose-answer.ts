import { callsOfRun } from '../../db/omni/calls.ts';
import { understood } from '../../domain/omni/offline-planner.ts';
import type { CallResult } from '../../domain/omni/ports.ts';
import type { ValueRef } from '../../domain/ports/values.ts';
import { isObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { openChat, turnsOf, type KeptCall } from './turns.ts';
import type { OmniDeps } from './tools.ts';

type Row = Awaited<ReturnType<typeof callsOfRun>>[number];

const LONGEST_LINE = 400;

/** The chat's answer (omni.md, section 1), made out of what is written down; a repetition makes the same. */
export async function composeAnswer(
  deps: OmniDeps,
  { runId, results }: { runId: string; results: CallResult[] },
): Promise<ValueRef> {
  const [{ message, agentId }, turns, rows] = [
    await openChat(deps, runId),
    await turnsOf(deps, runId),
    await callsOfRun(deps.db.pool, runId),
  ];
  const all = [...turns.values()];
  const outputs = new Map<string, JsonObject>();
  for (const { step, output } of results) outputs.set(step, asObject(await deps.values.load(output)));
  const byStep = new Map(rows.map((row) => [row.step_id, row]));
  const failed = new Set(results.filter((result) => result.failed).map(({ step }) => step));
  const steps = all
    .flatMap(({ calls }) => calls)
    .filter(({ step }) => outputs.has(step))
    .map((call) =>
      stepOf(call, agentId, byStep.get(call.step), outputs.get(call.step)!, failed.has(call.step)),
    );
  const mode = all.length > 0 && all.every((turn) => turn.mode === 'llm') ? 'llm' : 'offline';
  const spoken = all.at(-1)?.text ?? '';
  return deps.values.keep(runId, {
    response: spoken === '' ? tell(message, steps) : spoken,
    agent_id: agentId,
    task_id: runId,
    status: 'completed',
    mode,
    steps,
    a2a_transfers: [],
    escrow_records: [],
    guardian: {
      reasoning: null,
      risk_score: 0,
      blocked: rows.some(({ risk_level: level }) => level === 'RISK_BLOCK'),
    },
    payment_mode: deps.pay.mode,
  });
}

const asObject = (value: Json): JsonObject => (isObject(value) ? value : { value });

const POLICY: Readonly<Record<Row['action'], string>> = {
  ALLOWED: 'ALLOW',
  REJECTED: 'DENY',
  DOWNGRADED: 'DOWNGRADE',
};

function stepOf(
  { step, tool, serviceId, input }: KeptCall,
  agentId: string,
  row: Row | undefined,
  output: JsonObject,
  isFailed: boolean,
): JsonObject {
  const isDenied = row?.action === 'REJECTED';
  const error = output['error'];
  const reason = output['reason'];
  return {
    step_id: step,
    description: `${tool} of ${serviceId || 'no service'}`,
    agent_id: agentId,
    service_id: row?.effective_service_id ?? serviceId,
    tool_name: tool,
    input,
    output,
    payment_id: row?.payment_id ?? null,
    service_call_hash: row?.service_call_hash ?? null,
    tx_hash: row?.tx_hash ?? null,
    policy_action: row === undefined ? 'DENY' : POLICY[row.action],
    risk_level: row?.risk_level ?? 'RISK_OK',
    error: typeof error === 'string' ? (typeof reason === 'string' ? `${error}: ${reason}` : error) : null,
    status: isDenied ? 'denied' : isFailed ? 'failed' : 'success',
  };
}

/** What was done, in words, where no model has said it. */
function tell(message: string, steps: readonly JsonObject[]): string {
  if (steps.length === 0) return understood(message);
  return steps.map(lineOf).join('\n');
}

function lineOf({ tool_name, service_id, status, error, output, policy_action }: JsonObject): string {
  const service = String(service_id);
  if (status === 'denied') return `${service}: ${String(error)}`;
  if (status === 'failed') return `${service}: ${String(error)}`;
  if (policy_action === 'DOWNGRADE')
    return `${service}: only a summary was kept (${String((output as JsonObject)['reason'])})`;
  const shown = Object.fromEntries(
    Object.entries(output as JsonObject).filter(([name]) => !name.startsWith('_')),
  );
  return `${service}: ${String(tool_name)} done. ${JSON.stringify(shown)}`.slice(0, LONGEST_LINE);
}
