import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import type { EventRow } from '../../db/repositories/events.ts';

/**
 * A listener of a topic. `take` gets rows in order, each once, and says how many it took. A listener that did not take
 * all is behind: once it has `drained` it reads on from its position. Until then its rows wait in the database.
 */
export interface Subscriber {
  take(rows: readonly EventRow[]): number;
  /** False when the client is gone or hopelessly behind. */
  drained(): Promise<boolean>;
}

export interface TopicSource {
  /** Events after the known position of each key, in order. */
  read(known: ReadonlyMap<string, number>, limit: number): Promise<EventRow[]>;
  keyOf(row: EventRow): string;
  positionOf(row: EventRow): number;
}

export interface Topics {
  /** Something may be new: for this key, or for all that anyone listens to. */
  touch(key: string): void;
  touchAll(): void;
  /** Everything after `after`, then live. `last` is a position known to be committed. Returns the way out. */
  subscribe(key: string, after: number, last: number, subscriber: Subscriber): () => void;
}

interface Member {
  subscriber: Subscriber;
  known: number;
  /** Rows to read at a time while catching up: about as many as the listener takes. */
  page: number;
  /** Live members get what the pump reads. The others read for themselves until they have caught up. */
  live: boolean;
}

/** `pos`: everything up to here was handed to live members. A listener that knows less must catch up first. */
interface Tail {
  pos: number;
  members: Set<Member>;
}

const KEYS_AT_ONCE = 500;
const ROWS_AT_ONCE = 2000;
const REPLAY_PAGE = 500;
const FIRST_PAGE = 50;
const SMALLEST_PAGE = 4;
const REPLAYS_AT_ONCE = 4; // so that replays leave database connections for others
const FAN_OUT = 1000; // events handed over before other work gets its turn
const ROUNDS = 40; // tries to hand rows to a client without room, before it has to read on by itself
const ROUND_MS = 5;
const RETRY_MS = 1000;

/** What a set of topics works with. */
interface State extends TopicSource {
  log: Logger;
  tails: Map<string, Tail>;
  dirty: Set<string>;
  /** Keys whose listeners are being served. */
  busy: Set<string>;
  pumping: boolean;
  gate: LimitFunction;
}

/** Gap-free tails: one batched read for all keys that changed, then pushed to everyone who listens. */
export function createTopics(source: TopicSource, log: Logger): Topics {
  const state: State = {
    ...source,
    log,
    tails: new Map(),
    dirty: new Set(),
    busy: new Set(),
    pumping: false,
    gate: pLimit(REPLAYS_AT_ONCE),
  };
  return {
    touch: (key) => touch(state, key),
    touchAll: () => [...state.tails.keys()].forEach((key) => touch(state, key)),
    subscribe: (key, after, last, subscriber) => join(state, key, after, last, subscriber),
  };
}

function join(state: State, key: string, after: number, last: number, subscriber: Subscriber): () => void {
  const { tails } = state;
  const tail = tails.get(key) ?? { pos: last, members: new Set() };
  tails.set(key, tail);
  const member: Member = { subscriber, known: after, page: FIRST_PAGE, live: after >= tail.pos };
  tail.members.add(member);
  if (member.live) touch(state, key);
  else void replay(state, key, tail, member);
  return () => {
    tail.members.delete(member);
    if (tail.members.size === 0 && tails.get(key) === tail) tails.delete(key);
  };
}

function touch(state: State, key: string): void {
  if (!state.tails.has(key)) return;
  state.dirty.add(key);
  if (state.pumping) return;
  state.pumping = true;
  void pump(state);
}

async function pump(state: State): Promise<void> {
  const { dirty, log } = state;
  await nextTurn(); // what arrives in this turn is read together
  for (let keys = due(state); keys.length > 0; keys = due(state)) {
    for (const key of keys) dirty.delete(key);
    await readOnce(state, keys).catch(async (error: unknown) => {
      log.warn({ err: error }, 'reading events failed; trying again');
      for (const key of keys) dirty.add(key);
      await sleep(RETRY_MS, undefined, { ref: false });
    });
  }
  state.pumping = false;
}

const due = ({ dirty, busy }: State): string[] =>
  [...dirty].filter((key) => !busy.has(key)).slice(0, KEYS_AT_ONCE);

async function readOnce(state: State, keys: string[]): Promise<void> {
  const known = new Map<string, number>();
  for (const key of keys) {
    const tail = state.tails.get(key);
    if (tail) known.set(key, tail.pos);
  }
  if (known.size === 0) return;
  const rows = await state.read(known, ROWS_AT_ONCE);
  if (rows.length >= ROWS_AT_ONCE) for (const key of keys) state.dirty.add(key);
  for (const [key, fresh] of Map.groupBy(rows, state.keyOf)) void publish(state, key, fresh);
}

/** A slow listener delays only its own key, which is read again when all its listeners are served. */
async function publish(state: State, key: string, rows: EventRow[]): Promise<void> {
  const tail = state.tails.get(key);
  if (tail === undefined) return;
  state.busy.add(key);
  await handOver(state, key, tail, rows).catch((error: unknown) =>
    state.log.error({ err: error, key }, 'handing over events failed'),
  );
  state.busy.delete(key);
  if (state.dirty.has(key)) touch(state, key);
}

async function handOver(state: State, key: string, tail: Tail, rows: EventRow[]): Promise<void> {
  tail.pos = Math.max(tail.pos, state.positionOf(rows.at(-1)!));
  let left = await publishOnce(state, tail, [...tail.members], rows);
  for (let rounds = 0; left.length > 0 && rounds < ROUNDS; rounds++) {
    await sleep(ROUND_MS, undefined, { ref: false });
    left = await publishOnce(state, tail, left, rows);
  }
  for (const member of left) {
    member.live = false;
    void replay(state, key, tail, member);
  }
}

/** Returns the members that did not take all rows. */
async function publishOnce(state: State, tail: Tail, members: Member[], rows: EventRow[]): Promise<Member[]> {
  const left: Member[] = [];
  let handed = 0;
  for (const member of members) {
    const { known } = member;
    if (member.live && tail.members.has(member) && !give(state, member, rows)) left.push(member);
    handed += 1 + member.known - known; // positions have no gaps, so the difference is the number of rows
    if (handed < FAN_OUT) continue;
    handed = 0;
    await nextTurn();
  }
  return left;
}

/** True when the member took all. */
function give({ positionOf }: State, member: Member, rows: EventRow[]): boolean {
  const first = rows.findIndex((row) => positionOf(row) > member.known);
  if (first === -1) return true;
  const fresh = rows.slice(first);
  const taken = member.subscriber.take(fresh);
  if (taken > 0) member.known = positionOf(fresh[taken - 1]!);
  return taken === fresh.length;
}

/** Brings a member up to the tail, whatever fails on the way, and makes it live there. */
async function replay(state: State, key: string, tail: Tail, member: Member): Promise<void> {
  while (tail.members.has(member) && !member.live)
    await catchUp(state, key, tail, member).catch(async (error: unknown) => {
      state.log.warn({ err: error }, 'replaying events failed; trying again');
      await sleep(RETRY_MS, undefined, { ref: false });
    });
}

async function catchUp(state: State, key: string, tail: Tail, member: Member): Promise<void> {
  while (tail.members.has(member) && !member.live)
    if (await member.subscriber.drained()) await catchUpOnce(state, key, tail, member);
    else tail.members.delete(member);
}

async function catchUpOnce(state: State, key: string, tail: Tail, member: Member): Promise<void> {
  const { known, page } = member;
  const rows = await state.gate(() => state.read(new Map([[key, known]]), page));
  if (!tail.members.has(member)) return;
  const tookAll = give(state, member, rows);
  member.page = tookAll ? Math.min(REPLAY_PAGE, page * 2) : Math.max(SMALLEST_PAGE, member.known - known);
  member.live = tookAll && rows.length < page && (rows.length === 0 || tail.pos <= member.known);
}
