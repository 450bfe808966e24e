import type { JsonObject } from '../../schemas/core/json.ts';
import type { Ride } from '../ports/journal.ts';
import type { ValueRef } from '../ports/values.ts';
import type { RunInput } from '../run-settings.ts';
import type { PolicyAction } from './policy/facts.ts';

/** What a chat's workflow is started with. Its message is sealed in the run's row. */
export interface ChatInput extends Omit<RunInput, 'settings'> {
  settings: ChatSettings;
}

/** Times are ms. */
export interface ChatSettings {
  agentId: string;
  maxTimeMs: number;
  callTimeoutMs: number;
  /** How long it waits for one of its agent's places. */
  queueWaitMs: number;
  /** Chats of the agent at a time. */
  places: number;
  reconcileIntervalMs: number;
  reconcileGiveUpMs: number;
}

/** One tool call of a turn, without its input, which stays sealed. `step` names it in the run: "call-1". */
export interface TurnCall {
  step: string;
  tool: string;
  serviceId: string;
  /** Why it cannot be made; whoever made it is told. */
  problem?: string;
}

/** `answer`: nothing more is to be done. `calls` are made one after the other. */
export type Turn = { kind: 'answer' } | { kind: 'calls'; calls: TurnCall[] };

/** What became of a call, as the next turn and the answer read it. */
export interface CallResult {
  step: string;
  tool: string;
  output: ValueRef;
  failed: boolean;
}

/** A budget that is used to a share that is told; whole units. */
export interface RaisedAlert {
  id: string;
  agent_id: string;
  threshold: number;
  spent: string;
  budget: string;
}

/** What the policy decided about a call, as it is written down; amounts are whole units. */
export interface CallDecision {
  action: PolicyAction;
  /** What its event and the policy log tell. */
  log: JsonObject;
  reason: string;
  effectiveServiceId: string;
  /** Whole units. */
  cost: string;
  taskId: string;
  callHash: string | null;
  /** Payments are counted, and nothing moves. */
  mock: boolean;
  /** The payment that is held; absent where nothing is paid, or could not be held after all. */
  intentId?: string;
  alerts: RaisedAlert[];
}

export interface CallRef {
  ride: Ride;
  runId: string;
  call: TurnCall;
}

/** `failed` carries the answer that the agent reads; it was paid all the same. */
export type ProviderOutcome = { kind: 'ok' | 'failed'; output: ValueRef };

export interface ChatActivities {
  /** What to do next, by the model or by words; kept, so that a repetition is the same. */
  nextTurn(request: { ride: Ride; runId: string; round: number; results: CallResult[] }): Promise<Turn>;
  /** Policy and hold in one transaction; a repetition answers what was decided. */
  decideCall(request: CallRef): Promise<CallDecision>;
  /** Calls the provider of a paid call; the same task id brings the same result. */
  callProvider(
    request: CallRef & { decision: CallDecision; payment: { txHash: string; intentId: string } },
  ): Promise<ProviderOutcome>;
  /** The summary that is kept in place of a downgraded call. */
  summariseCall(request: CallRef & { decision: CallDecision }): Promise<ProviderOutcome>;
  /** Keeps a small answer of the engine's own, such as a refusal. */
  noteResult(request: { ride: Ride; runId: string; value: JsonObject }): Promise<ValueRef>;
  composeAnswer(request: { ride: Ride; runId: string; results: CallResult[] }): Promise<ValueRef>;
}

export interface PlaceActivities {
  /** Asks the agent's workflow for a place, and starts that workflow where none runs. */
  askForPlace(request: { runId: string; tenant: string; agentId: string; places: number }): Promise<void>;
  leavePlace(request: { runId: string; tenant: string; agentId: string }): Promise<void>;
}

export interface AgentActivities {
  /** Which of these runs are still open. */
  openChats(request: { runIds: string[] }): Promise<string[]>;
  /** Tells a chat that it has its place. */
  givePlace(request: { runId: string }): Promise<void>;
  /** Stops or lets go on an agent, as the API does. */
  pauseAgent(request: { tenant: string; agentId: string; paused: boolean; reason: string }): Promise<void>;
  /** Begins the agent's day: opens its budget's period and tells what was carried over. */
  beginDay(request: { tenant: string; agentId: string }): Promise<void>;
  /** How the agent stands, for whoever looks at its workflow. */
  describeAgent(request: { tenant: string; agentId: string }): Promise<string>;
}

export interface WatchActivities {
  /** Looks at the treasury on its chain, and tells of a low balance. */
  lookAtTreasury(): Promise<void>;
  /** Asks every service how it is. */
  checkServices(): Promise<void>;
  /** Agents whose workflows are to be told of a new day. */
  tellNewDay(): Promise<void>;
}

export interface AgentInput {
  tenant: string;
  agentId: string;
  places: number;
  /** Carried over by continue-as-new: chats at work, and those that wait. */
  working?: string[];
  waiting?: string[];
}
