import { keepTurn, lastChats } from '../../db/omni/chats.ts';
import { listServices } from '../../db/omni/standing.ts';
import type { ToolConfig } from '../../domain/omni/config.ts';
import { planOffline } from '../../domain/omni/offline-planner.ts';
import { isObject } from '../../domain/json.ts';
import type { ValueRef } from '../../domain/ports/values.ts';
import type { CallResult, Turn, TurnCall } from '../../domain/omni/ports.ts';
import { checkToolInput } from '../../domain/omni/tools.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Metered, MeteredAnswer } from '../llm/metered.ts';
import type { ModelCall, ModelTurn } from '../llm/model.ts';
import { openChat, said, toKept, turnsOf, type KeptCall, type KeptTurn } from './turns.ts';
import type { OmniDeps } from './tools.ts';

const ROUNDS = 8;
const MODEL_TRIES = 3;
const REMEMBERED = 20;
const MAX_TOKENS = 2048;
const LONGEST_RESULT = 8000;
const SYSTEM =
  'You are an agent with a budget. Use the tools that the request needs, each call costs money. When you have what was asked for, answer in a short text. A tool that was rejected or failed is not called again with the same input.';

interface Asked {
  runId: string;
  round: number;
  results: CallResult[];
}

/** A tool and the service that it calls. */
export interface Tool {
  serviceId: string;
  tool: ToolConfig;
}

/**
 * Decides what comes next. What was decided is kept under its round before it is answered, so a repetition after a crash goes
 * on with the same calls, and the model is not asked twice for what it has said.
 */
export async function nextTurn(deps: OmniDeps, asked: Asked): Promise<Turn> {
  const turns = await turnsOf(deps, asked.runId);
  const kept = turns.get(asked.round) ?? (await decideTurn(deps, asked, turns));
  return toTurn(kept);
}

function toTurn({ calls }: KeptTurn): Turn {
  if (calls.length === 0) return { kind: 'answer' };
  return {
    kind: 'calls',
    calls: calls.map(({ step, tool, serviceId, problem }): TurnCall => ({
      step,
      tool,
      serviceId,
      ...(problem !== undefined && { problem }),
    })),
  };
}

async function decideTurn(
  deps: OmniDeps,
  asked: Asked,
  turns: ReadonlyMap<number, KeptTurn>,
): Promise<KeptTurn> {
  const { runId, round } = asked;
  const tools = await toolsOf(deps);
  const isModels = deps.model !== undefined && [...turns.values()].every(({ mode }) => mode === 'llm');
  const turn =
    (isModels ? await askModel(deps, deps.model!, asked, turns, tools) : undefined) ??
    (await offlineTurn(deps, asked, turns, tools));
  return toKept(
    await keepTurn(deps.db.pool, deps.sealer, { runId, round, turn: turn as unknown as JsonObject }),
  );
}

/** The tools of the active services, in their order. */
export async function toolsOf({ db, tenant }: Pick<OmniDeps, 'db' | 'tenant'>): Promise<Tool[]> {
  const services = await listServices(db.pool, tenant);
  return services.flatMap(({ id, active, tool }) =>
    active && tool !== null ? [{ serviceId: id, tool }] : [],
  );
}

const countCalls = (turns: ReadonlyMap<number, KeptTurn>): number =>
  [...turns.values()].reduce((sum, { calls }) => sum + calls.length, 0);

/** By words, once: nothing is called again after results are there. */
async function offlineTurn(
  deps: OmniDeps,
  { runId }: Asked,
  turns: ReadonlyMap<number, KeptTurn>,
  tools: readonly Tool[],
): Promise<KeptTurn> {
  const before = countCalls(turns);
  const wasPlanned = before > 0 || [...turns.values()].some(({ mode }) => mode === 'offline');
  if (wasPlanned) return { text: '', calls: [], mode: 'offline' };
  const { message } = await openChat(deps, runId);
  const calls = planOffline(message).flatMap(({ serviceId, input }) => {
    const found = tools.find((tool) => tool.serviceId === serviceId);
    return found === undefined ? [] : [{ serviceId, tool: found.tool.name, input }];
  });
  return {
    text: '',
    mode: 'offline',
    calls: calls.map((call, at) => ({ ...call, step: `call-${before + at + 1}`, id: `offline-${at + 1}` })),
  };
}

/** Undefined where words must decide: the model failed three times, or has no rounds left. */
async function askModel(
  deps: OmniDeps,
  model: Metered,
  asked: Asked,
  turns: ReadonlyMap<number, KeptTurn>,
  tools: readonly Tool[],
): Promise<KeptTurn | undefined> {
  if (asked.round > ROUNDS) return { text: '', calls: [], mode: 'llm' };
  const heard = await conversation(deps, asked, turns);
  for (let tries = 0; tries < MODEL_TRIES; tries++) {
    const answer = await model.ask(
      { system: SYSTEM, turns: heard, tools: tools.map(toModelTool), maxTokens: MAX_TOKENS },
      { runId: asked.runId, key: `chat-${asked.round}-${tries + 1}` },
    );
    const turn = readAnswer(answer, tools, countCalls(turns));
    if (turn !== undefined) return turn;
    if (answer.kind === 'failed' || answer.kind === 'exhausted') break;
  }
  return countCalls(turns) > 0 ? { text: '', calls: [], mode: 'llm' } : undefined;
}

const toModelTool = ({ tool: { name, description, inputSchema } }: Tool) => ({
  name,
  description,
  inputSchema: inputSchema as JsonObject,
});

function readAnswer(answer: MeteredAnswer, tools: readonly Tool[], before: number): KeptTurn | undefined {
  if (answer.kind === 'refused') return { text: answer.message, calls: [], mode: 'llm' };
  if (answer.kind !== 'answer') return undefined;
  const calls = answer.calls.map((call, at) => toCall(call, `call-${before + at + 1}`, tools));
  return { text: answer.text, calls, mode: 'llm' };
}

function toCall({ id, name, input, problem }: ModelCall, step: string, tools: readonly Tool[]): KeptCall {
  const found = tools.find(({ tool }) => tool.name === name);
  const why =
    problem ??
    (found === undefined
      ? `there is no tool ${name}; there are ${tools.map(({ tool }) => tool.name).join(', ')}`
      : checkToolInput(found.tool, input));
  return {
    id,
    step,
    tool: name,
    serviceId: found?.serviceId ?? '',
    input,
    ...(why !== undefined && { problem: why.slice(0, 500) }),
  };
}

/** The session's earlier chats, the message, and what was done about it so far. */
async function conversation(
  deps: OmniDeps,
  { runId, results }: Asked,
  turns: ReadonlyMap<number, KeptTurn>,
): Promise<ModelTurn[]> {
  const { message, agentId, sessionId } = await openChat(deps, runId);
  const byStep = new Map(results.map((result) => [result.step, result]));
  const done: ModelTurn[] = [];
  for (const { text, calls } of turns.values()) {
    done.push({ role: 'assistant', text, calls: calls.map(toModelCall) });
    done.push({
      role: 'results',
      results: await Promise.all(calls.map(async ({ id, step }) => resultOf(deps, id, byStep.get(step)))),
    });
  }
  const earlier = sessionId === null ? [] : await remembered(deps, { runId, agentId, sessionId });
  return [...earlier, { role: 'user', text: message }, ...done];
}

async function resultOf(
  { values }: OmniDeps,
  callId: string,
  result: CallResult | undefined,
): Promise<{ callId: string; text: string; failed: boolean }> {
  if (result === undefined) return { callId, text: '{"error":"not called"}', failed: true };
  const text = JSON.stringify(await values.load(result.output)).slice(0, LONGEST_RESULT);
  return { callId, text, failed: result.failed };
}

async function remembered(
  { db, sealer, tenant, values }: OmniDeps,
  { runId, agentId, sessionId }: { runId: string; agentId: string; sessionId: string },
): Promise<ModelTurn[]> {
  const chats = await lastChats(db.pool, { tenant, agentId, sessionId, before: runId }, REMEMBERED / 2);
  const turns = await Promise.all(
    chats.map(async ({ input_sealed, view }): Promise<ModelTurn[]> => {
      const { message } = said(sealer.open('run.input', input_sealed));
      const ref = view['outputRef'];
      const output = isObject(ref) ? await values.load(ref as unknown as ValueRef) : view['output'];
      const response = isObject(output) ? output['response'] : undefined;
      return [
        { role: 'user', text: message },
        { role: 'assistant', text: typeof response === 'string' ? response : '', calls: [] },
      ];
    }),
  );
  return turns.flat();
}

const toModelCall = ({ id, tool, input }: KeptCall): ModelCall => ({ id, name: tool, input });
