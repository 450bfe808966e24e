import type { Logger } from 'pino';
import type { Queryable } from '../../db/ledger.ts';
import { findKeys } from '../../db/repositories/keys.ts';
import type { Principal } from '../../schemas/core/principal.ts';
import type { ApiError } from '../problem.ts';
import { objection } from './authority.ts';

/** Ends the streams of a key once it may no longer read them. */
export interface KeyWatch {
  /** Calls `end` at most once, with the reason. The returned function stops watching. */
  watch(principal: Principal, end: (reason: ApiError) => void): () => void;
  /** Called when the database notifies that this key changed. */
  changed(keyId: string): void;
}

interface Held {
  principal: Principal;
  end(reason: ApiError): void;
}

const LOOK_MS = 500; // so that a stream ends within a second even when no notification arrives or its key expires
const LOOK_LIMIT_MS = 5000;
const LOOKS_AT_ONCE = 3; // so that looks do not pile up while the database does not answer

/** Looks at all keys with open streams in one statement, twice a second, and at once at those that changed. */
export function createKeyWatch(db: Queryable, log: Logger, lookMs = LOOK_MS): KeyWatch {
  const open = new Map<string, Set<Held>>();
  let dirty = new Set<string>();
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;

  const leave = (keyId: string, held: Held): boolean => {
    const here = open.get(keyId);
    if (here?.delete(held) !== true) return false;
    if (here.size === 0) open.delete(keyId);
    if (open.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    return true;
  };

  const judge = async (keyIds: string[]): Promise<void> => {
    const rows = await findKeys(db, keyIds);
    for (const keyId of keyIds)
      for (const held of open.get(keyId) ?? []) {
        const reason = objection(rows.get(keyId), held.principal);
        if (reason !== undefined && leave(keyId, held)) held.end(reason);
      }
  };

  const look = (): void => {
    if (looks >= LOOKS_AT_ONCE) return; // dirty keys wait for the next look
    const keyIds = [...dirty].filter((keyId) => open.has(keyId));
    dirty = new Set();
    if (keyIds.length === 0) return;
    looks += 1;
    const limit = new Promise<void>((resolve) => void setTimeout(resolve, LOOK_LIMIT_MS).unref());
    const judged = judge(keyIds).catch((error: unknown) =>
      log.warn({ err: error }, 'looking at the keys of open streams failed; it is tried again'),
    );
    void Promise.race([judged, limit]).finally(() => (looks -= 1));
  };

  const lookAtAll = (): void => {
    for (const keyId of open.keys()) dirty.add(keyId);
    look();
  };

  return {
    watch(principal, end) {
      const { kind, keyId } = principal;
      if (kind !== 'key' || keyId === null) return () => undefined; // a setting vouches for it and cannot change here
      const held: Held = { principal, end };
      const here = open.get(keyId) ?? new Set();
      open.set(keyId, here.add(held));
      timer ??= setInterval(lookAtAll, lookMs).unref();
      return () => void leave(keyId, held);
    },
    changed(keyId) {
      if (!open.has(keyId)) return;
      if (dirty.size === 0) setImmediate(look); // one look for keys that changed together
      dirty.add(keyId);
    },
  };
}
