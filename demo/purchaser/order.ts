import type { OutputHashMode } from '../../domain/masumi/hashes.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { MipField } from '../../schemas/families/masumi/fields.ts';
import type { JobStatusAnswer, StartedJob } from '../../schemas/families/masumi/mip003.ts';
import type { Screen } from '../screen.ts';
import type { Agent } from './agent.ts';
import type { Money } from './money.ts';
import type { Report } from './report.ts';
import type { Wallet } from './wallet.ts';

/** Asks the person at the terminal to fill in a form. */
export type AskPerson = (fields: readonly MipField[]) => Promise<JsonObject>;

export interface Purchaser {
  agent: Agent;
  wallet: Wallet;
  screen: Screen;
  outputHash: OutputHashMode;
  askPerson?: AskPerson | undefined;
  pollMs?: number | undefined;
}

export interface Order {
  /** Without it a person is asked, or else the agent's own example is taken. */
  input?: JsonObject | undefined;
  /** The answer to every question of the agent. Without it a person is asked, or else the usual answer is given. */
  answer?: JsonObject | undefined;
  /** Asks for the money back as soon as it is locked. */
  refund?: boolean | undefined;
}

export interface Bought {
  jobId: string;
  status: JobStatusAnswer['status'];
  /** True when every check passed, and the job completed or the refund that was ordered came. */
  passed: boolean;
  /** True when that is also what was asked for: who wanted the money back has it, or the seller has agreed. */
  fulfilled: boolean;
}

/** What the parts of a purchase share. */
export interface Purchase extends Purchaser {
  report: Report;
  order: Order;
  identifier: string;
  job: StartedJob;
  /** Undefined when nobody pays. */
  money: Money | undefined;
}
