import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { findService, type ServiceStanding } from '../../db/omni/standing.ts';
import { parseExact } from '../../domain/exact-json.ts';
import { isObject } from '../../domain/json.ts';
import type { CallDecision, ChatActivities, ProviderOutcome } from '../../domain/omni/ports.ts';
import { requestOf, type ProviderRequest } from '../../domain/omni/tools.ts';
import { storableJson } from '../../domain/storable.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { keptCall, openChat } from './turns.ts';
import type { OmniDeps } from './tools.ts';

type Request = Parameters<ChatActivities['callProvider']>[0];

const TRIES = 3;
const TIMEOUT_MS = 5000;
const WAIT_MS = 500;
const SUMMARY_LENGTH = 200;

type Answer = { ok: true; value: JsonObject } | { ok: false; reason: string; passing: boolean };

/**
 * Asks for what is paid. A crash anywhere here repeats the call with the same task id, which brings the same result; nothing is
 * paid again. A provider that stays away keeps what it was paid (omni.md, section 4).
 */
export async function callProvider(
  deps: OmniDeps,
  { runId, call, decision, payment }: Omit<Request, 'ride'>,
): Promise<ProviderOutcome> {
  const [{ agentId }, kept] = [await openChat(deps, runId), await keptCall(deps, runId, call.step)];
  const service = await findService(deps.db.pool, deps.tenant, call.serviceId);
  const marks = marksOf(decision, payment);
  if (service?.tool == null) return fail(deps, runId, marks, 'The service is no tool any more');
  const request = requestOf(service.tool, kept.input, agentId);
  const proof = {
    taskId: decision.taskId,
    serviceCallHash: decision.callHash ?? '',
    paymentTx: payment.txHash,
  };
  const answer = await askThreeTimes(deps, service, { ...request, values: { ...request.values, ...proof } });
  await deps.checkpoint?.('provider.answered');
  if (answer.ok) return keep(deps, runId, 'ok', { ...answer.value, ...marks });
  if (deps.pay.mode === 'mock' && answer.passing)
    return keep(deps, runId, 'ok', { ...canned(service.id, kept.input, decision), ...marks });
  return fail(deps, runId, marks, answer.reason);
}

const marksOf = (decision: CallDecision, payment: Request['payment']): JsonObject => ({
  _payment_tx: payment.txHash,
  _payment_id: payment.intentId,
  _service_call_hash: decision.callHash,
  _task_id: decision.taskId,
  _policy_decision: decision.action,
  _amount: decision.cost,
});

const keep = async (
  { values }: OmniDeps,
  runId: string,
  kind: ProviderOutcome['kind'],
  value: JsonObject,
): Promise<ProviderOutcome> => ({ kind, output: await values.keep(runId, storableJson(value)) });

const fail = (
  deps: OmniDeps,
  runId: string,
  { _payment_tx, _task_id }: JsonObject,
  reason: string,
): Promise<ProviderOutcome> =>
  keep(deps, runId, 'failed', {
    error: 'Tool Execution Failed',
    reason,
    _payment_tx: _payment_tx ?? null,
    _task_id: _task_id ?? null,
  });

async function askThreeTimes(
  deps: OmniDeps,
  service: ServiceStanding,
  request: ProviderRequest,
): Promise<Answer> {
  let answer: Answer = { ok: false, reason: '', passing: true };
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await delay(WAIT_MS * tries);
    answer = await askOnce(deps, service, request);
    if (answer.ok || !answer.passing) return answer;
  }
  return answer;
}

async function askOnce(
  { fetch }: OmniDeps,
  { url, id }: ServiceStanding,
  { method, path, values }: ProviderRequest,
): Promise<Answer> {
  const target = new URL(`${url}${path}`);
  if (method === 'GET')
    for (const [name, value] of Object.entries(values))
      target.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  try {
    const { status, text, fault } = await fetch(target.href, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify(values) }),
      timeoutMs: TIMEOUT_MS,
    });
    if (fault !== undefined)
      return { ok: false, reason: `${id} answered what cannot be read`, passing: true };
    return readAnswer(id, status, text);
  } catch {
    return { ok: false, reason: `${id} does not answer`, passing: true };
  }
}

/** A payment that the provider does not see yet (402) may be seen a moment later. */
function readAnswer(id: string, status: number, text: string): Answer {
  const isFine = status >= 200 && status < 300;
  if (!isFine) {
    const passing = status === 402 || status === 408 || status === 429 || status >= 500;
    return { ok: false, reason: `${id} answered ${status}`, passing };
  }
  try {
    const value = parseExact(text);
    if (isObject(value)) return { ok: true, value };
  } catch {
    // told below, as any other answer that is no object
  }
  return { ok: false, reason: `${id} answered something other than a JSON object`, passing: true };
}

/** What a provider that is away would have said, in mock mode alone. */
function canned(serviceId: string, input: JsonObject, { taskId }: CallDecision): JsonObject {
  const seed = createHash('sha256').update(`${serviceId}|${taskId}`).digest('hex').slice(0, 16);
  return { mock: true, service: serviceId, status: 'completed', taskId, id: seed, ...input };
}

/** What is kept of a log entry when the archive is too dear: nothing is paid, and nobody is called. */
export async function summarise(
  deps: OmniDeps,
  { runId, call, decision }: Parameters<ChatActivities['summariseCall']>[0],
): Promise<ProviderOutcome> {
  const { input } = await keptCall(deps, runId, call.step);
  const content = String(input['content'] ?? JSON.stringify(input));
  return keep(deps, runId, 'ok', {
    mode: 'SUMMARY_ONLY',
    archived: false,
    content: content.slice(0, SUMMARY_LENGTH).toWellFormed(),
    originalLength: content.length,
    reason: decision.reason,
    _task_id: decision.taskId,
    _policy_decision: decision.action,
    _amount: '0',
    ...(deps.pay.mode === 'mock' && { mock: true }),
  });
}
