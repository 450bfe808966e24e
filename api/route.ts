import type { z } from 'zod';
import type { Scope } from '../schemas/core/principal.ts';
import type { Ctx } from './context.ts';
import type { Money } from './http/json-source.ts';
import type { Aliases } from './http/spelling.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One documented answer. `z.undefined()` means no body, `z.string()` with a `type` text that the handler writes. */
export interface ResponseSpec {
  description: string;
  schema: z.ZodType;
  /** Media type of an answer that is not JSON. */
  type?: string;
}

export type Responses = Readonly<Record<number, ResponseSpec>>;

/** An answer that is not JSON: pages, Prometheus text. */
export interface TextAnswer {
  status: number;
  text: string;
  type: string;
  headers?: Readonly<Record<string, string>>;
}

type JsonAnswer<R extends Responses> = {
  [S in keyof R & number]: {
    status: S;
    headers?: Readonly<Record<string, string>>;
    body: R[S]['schema']['_zod']['output'];
  };
}[keyof R & number];

// The status stays a literal in both, else TypeScript widens it while it infers.
export type Answer<R extends Responses> = JsonAnswer<R> | (TextAnswer & { status: keyof R & number });

type Parsed<S extends z.ZodType | undefined, Absent> = S extends z.ZodType ? z.output<S> : Absent;

export interface Input<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
> {
  params: Parsed<P, Readonly<Record<string, string>>>;
  query: Parsed<Q, Readonly<Record<string, string>>>;
  body: Parsed<B, undefined>;
}

interface RouteFacts {
  method: Method;
  /** Express 5 syntax: "/runs/:id". */
  path: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  /** null: open to everyone. */
  scope: Scope | null;
  /** Body fields that hold money: "maxCost", "limits.maxTotalAmount", "items.*.price". They arrive as text. */
  money?: Money;
  /** Body fields that are passed on as they were sent, with every digit of their numbers: "metadata". */
  exact?: readonly string[];
  /**
   * Other spellings of body fields that the family's contract has: "input_data": ["inputData", "input"]. They arrive under the right
   * name. Any other spelling of a known field is refused.
   */
  aliases?: Aliases;
  /**
   * Path parameters that name a thing, each with the problem code of there being none. What no name can be is the name of
   * nothing, so it is answered with this code as well.
   */
  missing?: Readonly<Record<string, string>>;
  /** Problem codes the handler may answer, besides those every route has. */
  errors?: readonly string[];
  /** Hands what it gets to the run's family, whose refusals (`inputErrors`) it answers as well. */
  handsInput?: boolean;
  /** Honours Idempotency-Key. */
  idempotent?: boolean;
  /** False for health and the like. */
  limited?: boolean;
  /** Whoever comes without a key is a visitor: they may do this, in the default tenant, and nothing else. */
  visitors?: boolean;
  /** For paths whose first segment is a parameter: only what this knows is ours, everything else is no route at all. */
  matches?: (params: Readonly<Record<string, string>>) => Promise<boolean>;
  /** Where the user is named, for the rate limit of callers without a key: "params.userId" or "body.userId". */
  user?: `${'params' | 'body'}.${string}`;
}

export interface RouteSpec<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  R extends Responses,
> extends RouteFacts {
  params?: P;
  query?: Q;
  /** Optional bodies have an optional schema. */
  body?: B;
  responses: R;
  handler(ctx: Ctx, input: Input<P, Q, B>): Promise<Answer<NoInfer<R>>>;
}

/** A route as the application mounts and documents it. */
export interface Route extends RouteFacts {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  responses: Responses;
  handler(ctx: Ctx, input: { params: unknown; query: unknown; body: unknown }): Promise<LooseAnswer>;
}

export type LooseAnswer =
  | { status: number; body?: unknown; headers?: Readonly<Record<string, string>> }
  | TextAnswer;

/** One record that gives parsing, handler and documentation. */
export function defineRoute<
  const R extends Responses,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(spec: RouteSpec<P, Q, B, R>): Route {
  // The pipeline parses with the very schemas that gave the handler its types.
  return spec as unknown as Route;
}
