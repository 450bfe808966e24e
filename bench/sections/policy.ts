import { fromMnee } from '../../domain/omni/money.ts';
import { decide } from '../../domain/omni/policy/decide.ts';
import { createReplay, type PolicyDraft } from '../../domain/omni/policy/replay.ts';
import type { Bench } from '../bench.ts';
import { callsOfAMonth } from '../harness/policy-record.ts';
import { watched } from '../harness/quiet.ts';

export interface PolicyResult {
  /** The pure decision of one call of an agent, on one core. */
  decisionsPerSecond: number;
  /** A month of recorded decisions, decided again under a draft that gives every agent another budget. */
  replay: { decisions: number; changed: number; seconds: number };
  foreignCores: number;
}

const RECORD = 100_000;
const SAMPLE = 2000;
const NO_DRAFT: PolicyDraft = { agents: [], services: [] };
const DRAFT: PolicyDraft = {
  agents: Array.from({ length: 20 }, (_, at) => ({ id: `agent-${at}`, dailyBudget: fromMnee('60') })),
  services: [{ id: 'BATCH_COMPUTE', unitPrice: fromMnee('2') }],
};

/** How fast the policy of agents decides, and looks back. It needs no server: it is a pure function. */
export async function measurePolicy({ quick }: Pick<Bench, 'quick'>): Promise<PolicyResult> {
  const { result, stretch } = await watched(() =>
    Promise.resolve({
      decisionsPerSecond: decisionsPerSecond(quick ? 50_000 : 500_000),
      replay: replayed(),
    }),
  );
  return { ...result, foreignCores: stretch.foreignCores };
}

function decisionsPerSecond(count: number): number {
  const facts = [...callsOfAMonth(SAMPLE)].map((call) => call.facts);
  const began = performance.now();
  for (let turn = 0; turn < count; turn++) decide(facts[turn % SAMPLE]!);
  return Math.round((count * 1000) / (performance.now() - began));
}

function replayed(): PolicyResult['replay'] {
  const record = [...callsOfAMonth(RECORD)].map(({ decision }) => decision);
  const same = createReplay(NO_DRAFT);
  for (const decision of record) same.take(decision);
  const { changed: wrong } = same.result();
  if (wrong > 0) throw new Error(`A replay without a draft changed ${wrong} decisions.`);
  const began = performance.now();
  const replay = createReplay(DRAFT);
  for (const decision of record) replay.take(decision);
  const seconds = (performance.now() - began) / 1000;
  const { decisions, changed } = replay.result();
  return { decisions, changed, seconds: Number(seconds.toFixed(2)) };
}
