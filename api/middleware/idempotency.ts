import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import canonicalize from 'canonicalize';
import {
  claimKey,
  releaseKey,
  storeAnswer,
  type ClaimKey,
  type ClaimResult,
} from '../../db/repositories/idempotency.ts';
import type { ApiDeps } from '../context.ts';
import type { RawInput } from '../http/parse.ts';
import type { Rendered } from '../http/render.ts';
import { ApiError } from '../problem.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { Principal } from '../../schemas/core/principal.ts';

/** A request's hold on its Idempotency-Key. */
export interface Claim {
  key: ClaimKey;
  /** The run that an earlier, unanswered try of the same request created. */
  runId: string | null;
}

const LOCK_MS = 60_000;
const WAIT_MS = 10_000; // how long a second request waits for the first one's answer
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
    body: input.body ?? null,
  });
  return createHash('sha256')
    .update(canonical ?? '')
    .digest('hex');
}

/** Runs `work` once for this key; others get its answer, marked as replayed, if they still may after the wait. */
export async function once(
  deps: ApiDeps,
  key: ClaimKey,
  bodyHash: string,
  work: (claim: Claim) => Promise<Rendered>,
  mayStillAsk: () => Promise<unknown>,
): Promise<Rendered> {
  const result = await claimOrWait(deps, key, bodyHash);
  if (result.kind === 'answered') {
    await mayStillAsk();
    return replay(deps, result.sealed);
  }
  const claim: Claim = { key, runId: result.runId };
  const rendered = await work(claim).catch(async (error: unknown) => {
    await releaseKey(deps.db.pool, key).catch(() => undefined);
    throw error;
  });
  await settle(deps, claim, rendered);
  return rendered;
}

async function claimOrWait(
  deps: ApiDeps,
  key: ClaimKey,
  bodyHash: string,
): Promise<Extract<ClaimResult, { kind: 'claimed' | 'answered' }>> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const result = await claimKey(deps.db.pool, key, bodyHash, LOCK_MS);
    if (result.kind === 'claimed' || result.kind === 'answered') return result;
    if (result.kind === 'other_body')
      throw new ApiError(
        'idempotency_key_reused',
        'This Idempotency-Key was used with another request; use a new key for a new request.',
      );
    if (Date.now() >= deadline)
      throw new ApiError(
        'idempotency_in_progress',
        'The first request with this Idempotency-Key is still being answered; try again shortly.',
        {
          headers: { 'retry-after': '2' },
        },
      );
    await sleep(POLL_MS);
  }
}

/** Final answers are kept; failures on our side, throttling and what a key may not do now are not: the next try may succeed. */
async function settle(deps: ApiDeps, { key }: Claim, rendered: Rendered): Promise<void> {
  if (rendered.status >= 500 || [401, 403, 429].includes(rendered.status))
    await releaseKey(deps.db.pool, key).catch(() => undefined);
  else
    await storeAnswer(
      deps.db.pool,
      key,
      deps.sealer.seal(PURPOSE, rendered as unknown as Json).toString('base64'),
    );
}

function replay(deps: ApiDeps, sealed: string): Rendered {
  const first = deps.sealer.open(PURPOSE, Buffer.from(sealed, 'base64')) as unknown as Rendered;
  return { ...first, headers: { ...first.headers, 'Idempotent-Replayed': 'true' } };
}

/** Keys belong to whom they were used by: the key's subject survives a rotation of the key. No subject is one of ours. */
export const claimant = ({ kind, subject }: Principal): string =>
  kind === 'key' && subject !== null ? `subject:${subject}` : kind;
