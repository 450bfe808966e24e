import { z } from 'zod';
import type { Seller } from '../../embedded/chains/local-assets.ts';

export type PaymentChain = 'evm' | 'solana';

/** The answer of a service. An answer from 400 up is not charged: a payment is settled only after a good answer. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

export interface ServiceCall {
  readonly idempotencyKey: string | undefined;
}

/** What was paid, as the buyer signed it and the chain settled it; `amount` in minor units. */
export interface ServicePayment {
  readonly network: string;
  readonly asset: string;
  readonly amount: string;
  readonly payer: string;
  readonly transaction: string;
}

/** One service on sale. `price` is in minor units of USDC (6 decimals), 0n is free. */
export interface ServiceDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly capabilities: readonly string[];
  readonly seller: Seller;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly price: bigint;
  readonly chains: readonly PaymentChain[];
  /** 0-10000: what the seller claims until somebody measures it. */
  readonly reputationScore: number;
  readonly verified: boolean;
  readonly expectedMs: number;
  /** How long a signed payment may wait to be settled; 60 s where a service does not say. */
  readonly offerSeconds?: number;
  readonly speaksV1?: boolean;
  readonly compensation?: {
    readonly path: string;
    readonly method: 'POST';
    readonly inputMapping: Readonly<Record<string, string>>;
  };
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema: Readonly<Record<string, unknown>>;
  readonly example: {
    readonly input: Readonly<Record<string, unknown>>;
    readonly output: Readonly<Record<string, unknown>>;
  };
  /** The input, or a sentence that says what is wrong with it. Checked before anything is paid. */
  parse(input: unknown): { ok: true; input: unknown } | { ok: false; reason: string };
  answer(input: unknown, call: ServiceCall): ServiceAnswer | Promise<ServiceAnswer>;
  /** Called once the payment of an answer has settled. */
  onPaid?(answer: Readonly<Record<string, unknown>>, payment: ServicePayment): void;
}

type Described = Omit<ServiceDefinition, 'inputSchema' | 'outputSchema' | 'parse' | 'answer'>;

/** A service from its zod schemas: the input is typed in the handler and published as JSON Schema. */
export function defineService<Input extends z.ZodType>(
  definition: Described & {
    readonly input: Input;
    readonly output: z.ZodType;
    readonly answer: (input: z.output<Input>, call: ServiceCall) => ServiceAnswer | Promise<ServiceAnswer>;
  },
): ServiceDefinition {
  const { input, output, answer, ...described } = definition;
  return {
    ...described,
    inputSchema: jsonSchema(input, 'input'),
    outputSchema: jsonSchema(output, 'output'),
    parse(value) {
      const parsed = input.safeParse(value);
      if (parsed.success) return { ok: true, input: parsed.data };
      const lines = parsed.error.issues.map(
        (issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`,
      );
      return { ok: false, reason: lines.join('; ') };
    },
    answer: (value, call) => answer(value as z.output<Input>, call),
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

export const ok = (body: Readonly<Record<string, unknown>>): ServiceAnswer => ({ status: 200, body });
