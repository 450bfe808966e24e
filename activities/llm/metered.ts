import { markAsked } from '../../db/repositories/usage.ts';
import { costOf, type ModelPrices } from '../../domain/models/prices.ts';
import { UNTOLD, type ChatModel, type ModelAnswer, type ModelRequest, type TokenUse } from './model.ts';
import { holdTokens, releaseTokens, settleTokens, type TokenCall, type TokenDeps } from './tokens.ts';

export interface MeteredDeps extends TokenDeps {
  prices: ModelPrices;
}

export type MeteredCall = Pick<TokenCall, 'runId' | 'key' | 'scope'>;

/** `exhausted`: a budget of tokens has no room for the call, so the model was not asked. */
export type MeteredAnswer =
  | ModelAnswer
  | {
      kind: 'exhausted';
      code: 'TOKENS_EXHAUSTED';
      message: string;
      budget: string;
      renewsAtMs: number | null;
    };

/** A model whose use is written down with its run and held in budgets. */
export interface Metered {
  readonly provider: ChatModel['provider'];
  readonly model: string;
  ask(request: ModelRequest, call: MeteredCall): Promise<MeteredAnswer>;
}

/** Before each call the most that it may use is held in the budgets of tokens; after it what was used is spent. */
export function createMetered(model: ChatModel, deps: MeteredDeps): Metered {
  return {
    provider: model.provider,
    model: model.model,
    async ask(request, call) {
      const most = mostOf(request);
      const { provider, model: name } = model;
      const held = await take(deps, { ...call, provider, model: name, most: most.input + most.output });
      if (held.kind === 'no_room') {
        const { message, budget, renewsAtMs } = held.room;
        return { kind: 'exhausted', code: 'TOKENS_EXHAUSTED', message, budget, renewsAtMs };
      }
      const answer = await model.ask(request).catch(async (error: unknown) => {
        await close(deps, name, held.id, most, UNTOLD); // called off: the model may have worked
        throw error;
      });
      const use = await close(deps, name, held.id, most, answer.use);
      return use === undefined ? answer : { ...answer, use };
    },
  };
}

/** Two tries of one call at the same time ask twice, so each has a hold of its own. */
async function take(deps: MeteredDeps, call: TokenCall): ReturnType<typeof holdTokens> {
  for (;;) {
    const held = await holdTokens(deps, call);
    if (held.kind === 'no_room' || (await markAsked(deps.db.pool, held.id))) return held;
  }
}

async function close(
  { db, prices }: MeteredDeps,
  model: string,
  id: string,
  most: TokenUse,
  told: TokenUse | undefined,
): Promise<TokenUse | undefined> {
  if (told === undefined) {
    await releaseTokens(db.pool, id);
    return undefined;
  }
  const use = told.untold === true ? { ...most, untold: true as const } : told;
  const { input, output } = use;
  await settleTokens(db.pool, id, { input, output, told: !told.untold, cost: costOf(prices, model, use) });
  return use;
}

const OWN_WORDS = 1024; // tokens that providers put around a request

/** No tokenizer makes more tokens than there are bytes. */
function mostOf({ system, turns, tools, outputSchema, maxTokens }: ModelRequest): TokenUse {
  const said = { system, turns, tools, outputSchema };
  return { input: Buffer.byteLength(JSON.stringify(said)) + OWN_WORDS, output: maxTokens };
}
