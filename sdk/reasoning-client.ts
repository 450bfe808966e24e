import type {
  ApproveAnswer,
  BalanceAnswer,
  CancelAnswer,
  CreatedWorkflow,
  DepositAnswer,
  Escrow,
  EscrowAddressAnswer,
  EscrowAnswer,
  HistoryAnswer,
  ServicesAnswer,
  StepsAnswer,
  WithdrawAnswer,
  WithdrawQuoteAnswer,
  Workflow,
  WorkflowAnswer,
  WorkflowEvent,
  WorkflowsAnswer,
  WorkflowStatus,
} from '../schemas/families/reasoning.ts';
import type { RunAnswer } from '../schemas/core/api.ts';
import type { JsonObject } from '../schemas/core/json.ts';
import type { Receipt, ReceiptKey } from '../schemas/core/receipt.ts';
import { createHttp, type CallOptions, type ClientOptions, type Http } from './http.ts';
import { writeAmount, type AmountInput } from './money.ts';
import { followWorkflow, type StreamOptions } from './reasoning-stream.ts';
import { waitForWorkflow, type WaitOptions } from './reasoning-wait.ts';

/** A task to be done. `maxCost` is whole units of the plan's asset, `maxTime` ms (0 or absent: the server's cap). */
export interface NewWorkflow {
  userId: string;
  /** 10 to 5000 characters. */
  input: string;
  maxCost?: AmountInput;
  maxTime?: number;
  metadata?: JsonObject;
  /** True: what is missing is asked for (`awaiting_input`, see `answer`). Else such a workflow fails with NEEDS_DETAIL. */
  ask?: boolean;
}

/** What an approval is bound to. `expiresAt` (ms or ISO 8601) bounds signing; amounts are whole units. */
export interface Approval {
  planHash?: string;
  limits?: { maxTotalAmount?: AmountInput; maxPerTransaction?: AmountInput; allowedRecipients?: string[] };
  expiresAt?: number | string;
  /** Ed25519 over the RFC 8785 JSON of {planHash, limits, expiresAt} as sent, base58; with the wallet that made it. */
  signature?: string;
  wallet?: string;
  /** A plan that does only a part of what was asked may begin. Naming the `planHash` of a plan that was shown says the same. */
  acceptPartial?: boolean;
}

/** A page of a list. */
export interface PageOptions {
  limit?: number;
  cursor?: string;
}

/**
 * The reasoning API from a browser or from Node (reasoning.md). Every call throws StewardError with the problem's
 * `code` and `status` when it is refused, ConnectionError when the server stays away. Calls are repeated after 429,
 * 503 and lost connections; those that change something carry an Idempotency-Key, so they happen once.
 */
export class ReasoningClient {
  readonly #http: Http;

  constructor(options: ClientOptions) {
    this.#http = createHttp(options);
  }

  /** Starts planning. */
  async createWorkflow(
    { maxCost, ...task }: NewWorkflow,
    options?: CallOptions,
  ): Promise<CreatedWorkflow['workflow']> {
    const body = { ...task, ...(maxCost === undefined ? {} : { maxCost: writeAmount(maxCost) }) };
    return (await this.#post<CreatedWorkflow>('/workflows/create', body, options)).workflow;
  }

  async getWorkflow(id: string, options?: CallOptions): Promise<Workflow> {
    return (await this.#get<WorkflowAnswer>(workflowPath(id), options)).workflow;
  }

  /** The steps of the current plan, and how they went by step id. */
  async getSteps(id: string, options?: CallOptions): Promise<Pick<StepsAnswer, 'steps' | 'stepResults'>> {
    return this.#get<StepsAnswer>(`${workflowPath(id)}/steps`, options);
  }

  /** What an ended workflow was allowed, paid, got back and answered, signed; refused as `run_not_ended` before that. */
  async getReceipt(id: string, options?: CallOptions): Promise<Receipt> {
    return this.#get<Receipt>(`/runs/${encodeURIComponent(id)}/receipt`, options);
  }

  /** The key that receipts of this server are signed with. */
  async getReceiptKey(options?: CallOptions): Promise<ReceiptKey> {
    return this.#get<ReceiptKey>('/receipts/key', options);
  }

  /** Approves the plan, or keeps the approval until it is ready; then `planHash` is absent. */
  async approve(id: string, approval: Approval = {}, options?: CallOptions): Promise<ApproveAnswer> {
    return this.#post<ApproveAnswer>(
      `${workflowPath(id)}/approve`,
      { ...approval, ...writeLimits(approval) },
      options,
    );
  }

  /**
   * Answers what a workflow in `awaiting_input` asks: values by the `field` of its `understanding.questions`. `question` is
   * `awaitingInput.id`, and may be left out. The same answer again is safe; a bad one is refused as `invalid_input`.
   */
  async answer(id: string, data: JsonObject, question?: string, options?: CallOptions): Promise<void> {
    const body = { ...(question === undefined ? {} : { id: question }), data };
    await this.#post<RunAnswer>(`/runs/${encodeURIComponent(id)}/inputs`, body, options);
  }

  /** Answers the status on the way: `cancelled`, or `rolling_back` when there is something to undo. */
  async cancel(id: string, reason?: string, options?: CallOptions): Promise<WorkflowStatus> {
    const body = reason === undefined ? {} : { reason };
    return (await this.#post<CancelAnswer>(`${workflowPath(id)}/cancel`, body, options)).status;
  }

  /** Newest first; `nextCursor` is null on the last page. */
  async listWorkflows(
    userId: string,
    page: PageOptions = {},
    options?: CallOptions,
  ): Promise<WorkflowsAnswer> {
    return this.#get<WorkflowsAnswer>(
      `/users/${encodeURIComponent(userId)}/workflows${query(page)}`,
      options,
    );
  }

  /** Events in order, each once, until the terminal one; resumes by itself. */
  stream(id: string, options?: StreamOptions): AsyncGenerator<WorkflowEvent, void> {
    return followWorkflow(this.#http, id, options);
  }

  /** The workflow once it has one of the statuses wanted (by default: once it has ended), or has ended otherwise. */
  waitFor(id: string, options?: WaitOptions): Promise<Workflow> {
    return waitForWorkflow(this, id, options);
  }

  async escrowAddress(options?: CallOptions): Promise<EscrowAddressAnswer> {
    return this.#get<EscrowAddressAnswer>('/escrow/address', options);
  }

  async createEscrow(userId: string, userWallet: string, options?: CallOptions): Promise<Escrow> {
    return (await this.#post<EscrowAnswer>(`${escrowPath(userId)}/create`, { userWallet }, options)).escrow;
  }

  /** `status` is "pending" when the chain is slow: it is credited by itself, and asking again tells. */
  async deposit(
    userId: string,
    { amount, ...rest }: { amount: AmountInput; signature: string; asset?: string },
    options?: CallOptions,
  ): Promise<DepositAnswer> {
    return this.#post<DepositAnswer>(
      `${escrowPath(userId)}/deposit`,
      { ...rest, amount: writeAmount(amount) },
      options,
    );
  }

  /** What a withdrawal would cost now; nothing is held. */
  async withdrawQuote(
    userId: string,
    { amount, ...rest }: { amount: AmountInput; destination: string; asset?: string },
    options?: CallOptions,
  ): Promise<WithdrawQuoteAnswer> {
    const wanted = query({ ...rest, amount: writeAmount(amount) });
    return this.#get<WithdrawQuoteAnswer>(`${escrowPath(userId)}/withdraw/quote${wanted}`, options);
  }

  /** `status` is "pending" while the transfer is on its way. */
  async withdraw(
    userId: string,
    {
      amount,
      ...rest
    }: {
      amount: AmountInput;
      destination: string;
      asset?: string;
      max_fee?: string;
      confirm_destination?: boolean;
    },
    options?: CallOptions,
  ): Promise<WithdrawAnswer> {
    return this.#post<WithdrawAnswer>(
      `${escrowPath(userId)}/withdraw`,
      { ...rest, amount: writeAmount(amount) },
      options,
    );
  }

  async balance(userId: string, options?: CallOptions): Promise<BalanceAnswer> {
    return this.#get<BalanceAnswer>(`${escrowPath(userId)}/balance`, options);
  }

  async history(userId: string, page: PageOptions = {}, options?: CallOptions): Promise<HistoryAnswer> {
    return this.#get<HistoryAnswer>(`${escrowPath(userId)}/history${query(page)}`, options);
  }

  async services(category?: string, options?: CallOptions): Promise<ServicesAnswer['services']> {
    return (await this.#get<ServicesAnswer>(`/services${query({ category })}`, options)).services;
  }

  #get<T>(path: string, options?: CallOptions): Promise<T> {
    return this.#http.call<T>({ method: 'GET', path }, options);
  }

  #post<T>(path: string, body: object, options?: CallOptions): Promise<T> {
    return this.#http.call<T>({ method: 'POST', path, body, idempotent: true }, options);
  }
}

const workflowPath = (id: string): string => `/workflows/${encodeURIComponent(id)}`;
const escrowPath = (userId: string): string => `/escrow/${encodeURIComponent(userId)}`;

function query(values: Record<string, string | number | undefined> | PageOptions): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** Signed limits must stay as they were signed. */
function writeLimits({ limits, signature }: Approval): Pick<Approval, 'limits'> {
  if (limits === undefined || signature !== undefined) return {};
  const { maxTotalAmount, maxPerTransaction, ...rest } = limits;
  return {
    limits: {
      ...rest,
      ...(maxTotalAmount === undefined ? {} : { maxTotalAmount: writeAmount(maxTotalAmount) }),
      ...(maxPerTransaction === undefined ? {} : { maxPerTransaction: writeAmount(maxPerTransaction) }),
    },
  };
}
