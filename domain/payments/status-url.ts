import { isObject } from '../json.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { StatusPoint } from './accepted-work.ts';
import { readBody, retryAfterMs } from './answers.ts';
import type { HttpAnswer } from './http.ts';

const HEADERS = ['operation-location', 'azure-asyncoperation', 'location'];
const MEMBERS = /^(status|poll|polling|operation)_?(url|uri)$/i;

/**
 * The status address of an answer 202: the headers Operation-Location and Location, else a member of the body such as
 * `status_url`. Relative ones begin at the address that was called. Undefined when there is none: the answer is all.
 */
export function statusPointOf(answer: HttpAnswer, calledUrl: string, nowMs: number): StatusPoint | undefined {
  if (answer.status !== 202) return undefined;
  const named = HEADERS.map((name) => answer.headers[name]).find(isText) ?? memberOf(readBody(answer));
  const url = named === undefined ? null : URL.parse(named, answer.url ?? calledUrl);
  if (url === null) return undefined;
  url.hash = '';
  return { url: url.href, ...whenToAsk(answer, nowMs) };
}

/** When the answer wants to be followed by the next question. */
export function whenToAsk(answer: HttpAnswer, nowMs: number): { afterMs?: number } {
  const afterMs = retryAfterMs(answer, nowMs);
  return afterMs === undefined ? {} : { afterMs };
}

const isText = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';

function memberOf(body: Json): string | undefined {
  if (!isObject(body)) return undefined;
  const entry = Object.entries(body).find(([name, value]) => MEMBERS.test(name) && isText(value));
  return entry?.[1] as string | undefined;
}

/** How far the work is, as an answer of the status address tells. */
export type Progress = 'working' | 'done' | { failed: string };

const WORKING = new Set(
  'accepted pending queued inqueue waiting notstarted starting started running processing inprogress working'.split(
    ' ',
  ),
);
const FAILED = new Set(
  'failed failure error errored cancelled canceled aborted expired rejected timedout timeout'.split(' '),
);

/** 202 is "working"; of other good answers a member `status` or `state` decides, and without one it is the result. */
export function progressOf(answer: HttpAnswer): Progress {
  if (answer.status === 202) return 'working';
  const body = readBody(answer);
  const state = isObject(body) ? stateOf(body) : undefined;
  if (state === undefined) return 'done';
  if (WORKING.has(state)) return 'working';
  return FAILED.has(state) ? { failed: state } : 'done';
}

function stateOf(body: JsonObject): string | undefined {
  const state = body['status'] ?? body['state'];
  return typeof state === 'string' ? state.toLowerCase().replaceAll(/[\s_-]/g, '') : undefined;
}
