import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import canonicalize from 'canonicalize';
import { hashable } from '../../domain/hashable.ts';
import type { Auditor, AuditEntry } from '../../db/repositories/audit.ts';
import {
  claimKey,
  freeUnstarted,
  lockHold,
  releaseKey,
  storeAnswer,
  type ClaimKey,
  type ClaimResult,
} from '../../db/repositories/idempotency.ts';
import type { Queryable } from '../../db/ledger.ts';
import type { ApiDeps } from '../context.ts';
import { isUnavailable } from '../errors.ts';
import type { Claim, ClaimTimes } from './claim.ts';
import type { RawInput } from '../http/parse.ts';
import type { Rendered } from '../http/render.ts';
import { ApiError } from '../problem.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { Principal } from '../../schemas/core/principal.ts';

export const CLAIM_TIMES: ClaimTimes = { claimMs: 60_000, waitMs: 10_000 };

/** Another try has taken over the claim of this request, which was held up. That try's answer is the answer. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/**
 * Throws `ClaimLost` when another try has taken over. At the start of a transaction it keeps other tries out until the end.
 * Before something is sent it shows that no other try has sent it yet.
 */
export async function keepClaim(db: Queryable, claim: Claim | undefined): Promise<void> {
  if (claim !== undefined && !(await lockHold(db, claim))) throw new ClaimLost();
}

const POLL_MS = 50;
const PURPOSE = 'idempotency.answer';

/** 1 to 255 printable ASCII characters, no space at either end (common.md, "Idempotency"). */
export const KEY_PATTERN = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

export function readKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (KEY_PATTERN.test(header)) return header;
  throw new ApiError(
    'invalid_idempotency_key',
    'Idempotency-Key must be 1 to 255 printable ASCII characters.',
  );
}

/** The same request: same parameters and same body, however the JSON was spaced or ordered. */
export function hashInput(input: RawInput): string {
  const canonical = canonicalize({
    params: { ...input.params },
    query: { ...input.query },
    body: hashable((input.body ?? null) as Json),
  });
  return createHash('sha256')
    .update(canonical ?? '')
    .digest('hex');
}

/** A request's answer, and its audit line. */
export interface Worked {
  answer: Rendered;
  line: AuditEntry | undefined;
}

interface Services {
  deps: ApiDeps;
  auditor: Auditor;
}

/**
 * Runs `work` once for this key. Other tries, and one that was overtaken, get that answer, marked as replayed, if their key
 * still allows it after the wait (`mayStillAsk`).
 */
export async function once(
  services: Services,
  key: ClaimKey,
  bodyHash: string,
  work: (claim: Claim) => Promise<Worked>,
  mayStillAsk: () => Promise<unknown>,
): Promise<Rendered> {
  const { deps } = services;
  for (let isOvertaken = false; ; isOvertaken = true) {
    const result = await claimOrWait(deps, key, bodyHash);
    if (result.kind === 'answered') {
      await mayStillAsk();
      return replay(deps, result.sealed);
    }
    const claim = { key, token: result.token, runId: result.runId };
    if (isOvertaken && claim.runId === null) return giveWay(deps, claim);
    await deps.checkpoint?.('claim.taken');
    const answer = await attempt(services, claim, work);
    if (answer !== undefined) return answer;
  }
}

/** The try that came first was refused, and whoever asks was told so: nothing may be done for them after that. */
async function giveWay({ db }: ApiDeps, claim: Claim): Promise<never> {
  await releaseKey(db.pool, claim);
  throw inProgress(
    'Another try of this request came first and was refused; send it again to be judged anew.',
  );
}

/** Undefined when the claim was lost meanwhile. */
async function attempt(
  services: Services,
  claim: Claim,
  work: (claim: Claim) => Promise<Worked>,
): Promise<Rendered | undefined> {
  const { deps } = services;
  try {
    const worked = await work(claim);
    await deps.checkpoint?.('answer.rendered');
    return (await settle(services, claim, worked)) ? worked.answer : undefined;
  } catch (error) {
    if (error instanceof ClaimLost) return undefined;
    await releaseKey(deps.db.pool, claim).catch(() => undefined);
    throw error;
  }
}

async function claimOrWait(
  deps: ApiDeps,
  key: ClaimKey,
  bodyHash: string,
): Promise<Extract<ClaimResult, { kind: 'claimed' | 'answered' }>> {
  const { claimMs, waitMs } = deps.settings.claims ?? CLAIM_TIMES;
  const deadline = Date.now() + waitMs;
  for (;;) {
    const result = await claimKey(deps.db.pool, key, bodyHash, claimMs);
    if (result.kind === 'claimed' || result.kind === 'answered') return result;
    if (result.kind === 'other_body')
      throw new ApiError(
        'idempotency_key_reused',
        'This Idempotency-Key was used with another request; use a new key for a new request.',
      );
    if (Date.now() >= deadline)
      throw inProgress(
        'The first request with this Idempotency-Key is still being answered; try again shortly.',
      );
    await sleep(POLL_MS);
  }
}

const inProgress = (detail: string): ApiError =>
  new ApiError('idempotency_in_progress', detail, { headers: { 'retry-after': '2' } });

const NOT_KEPT = new Set([401, 403, 429]);

/**
 * Keeps final answers. Failures on our side, throttling, and refusals that came before anything was started are not kept:
 * the next try is judged anew, with whatever body (common.md, amendments). False when the claim was lost: then neither the
 * answer nor its audit line is written.
 */
async function settle({ deps, auditor }: Services, claim: Claim, { answer, line }: Worked): Promise<boolean> {
  if (answer.status >= 500 || NOT_KEPT.has(answer.status))
    return releaseKey(deps.db.pool, claim).catch(() => true); // the claim runs out by itself
  if (answer.status >= 400 && (await freeUnstarted(deps.db.pool, claim))) return true;
  const sealed = deps.sealer.seal(PURPOSE, answer as unknown as Json).toString('base64');
  const store = (db: Queryable): Promise<boolean> => storeAnswer(db, claim, sealed);
  const stored = await (line === undefined ? store(deps.db.pool) : storeWith(deps, auditor, line, store));
  await deps.checkpoint?.('answer.stored');
  return stored;
}

/** One transaction, so that each answer has exactly one line. A line that cannot be written goes to the log. */
function storeWith(
  { db, log }: ApiDeps,
  auditor: Auditor,
  line: AuditEntry,
  store: (db: Queryable) => Promise<boolean>,
): Promise<boolean> {
  const append = (): Promise<boolean> => auditor.append(line, store);
  return append()
    .catch((error: unknown) => {
      if (isUnavailable(error)) return append(); // one cut connection must not cost the lines of a whole group
      throw error;
    })
    .catch((error: unknown) => {
      if (isUnavailable(error)) throw error; // 503: the request is repeated, and then both are written
      log.error({ err: error, line }, 'an audit line was not written');
      return store(db.pool);
    });
}

function replay(deps: ApiDeps, sealed: string): Rendered {
  const first = deps.sealer.open(PURPOSE, Buffer.from(sealed, 'base64')) as unknown as Rendered;
  return { ...first, headers: { ...first.headers, 'Idempotent-Replayed': 'true' } };
}

/** Idempotency-Keys belong to the subject, which survives a rotation of its API key. No subject is named like a `kind`. */
export const claimant = ({ kind, subject }: Principal): string =>
  kind === 'key' && subject !== null ? `subject:${subject}` : kind;
