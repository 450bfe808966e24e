import { Router, type RequestHandler } from 'express';
import { z } from 'zod';
import {
  AskedAmount,
  PaymentChainState,
  PaymentSourceType,
  SellerAction,
} from '../../schemas/families/masumi/payment-service.ts';
import { onlyLoopback } from '../facilitator/http.ts';
import type { StandInControl } from './control.ts';
import { Fault } from './faults.ts';
import { answer } from './http.ts';
import { refuse, type Outcome } from './outcome.ts';

const OfDeal = z.object({ blockchainIdentifier: z.string().min(1) });
const NewState = OfDeal.extend({
  chainState: PaymentChainState.nullable().optional(),
  action: SellerAction.optional(),
  note: z.string().nullable().optional(),
  resultHash: z.string().nullable().optional(),
});
const NewAgent = z.object({
  name: z.string().min(1).max(250),
  agentIdentifier: z.string().min(57).max(250).optional(),
  sourceType: PaymentSourceType.default('Web3CardanoV1'),
  pricing: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('Fixed'), amounts: z.array(AskedAmount).min(1) }),
    z.object({ kind: z.literal('Dynamic') }),
    z.object({ kind: z.literal('Free') }),
  ]),
});

/**
 * The control over HTTP, for tests and demos in another process. Only programs on this machine may use it, and no page
 * in a browser.
 */
export function createControlRouter(control: StandInControl): Router {
  const router = Router();
  router.use(onlyLoopback);
  router.get('/stats', (_request, response) => void response.json(control.stats()));
  const moves = {
    '/lock-funds': control.lockFunds,
    '/wrong-datum': control.wrongDatum,
    '/request-refund': control.requestRefund,
    '/raise-dispute': control.raiseDispute,
  };
  for (const [path, move] of Object.entries(moves))
    router.post(
      path,
      command(OfDeal, (body) => move(body.blockchainIdentifier)),
    );
  router.post(
    '/set-state',
    command(NewState, (body) => control.setState(body.blockchainIdentifier, body)),
  );
  router.post(
    '/advance-clock',
    command(z.object({ ms: z.int().min(0) }), ({ ms }) => control.clock.advance(ms)),
  );
  router.post(
    '/clear-faults',
    command(z.object({}), () => control.clearFaults()),
  );
  router.post(
    '/fail',
    command(z.object({ path: z.string().min(1), fault: Fault }), ({ path, fault }) =>
      control.fail(path, fault),
    ),
  );
  router.post(
    '/register-agent',
    command(NewAgent, ({ agentIdentifier, ...agent }) =>
      control.registerAgent({ ...agent, ...(agentIdentifier !== undefined && { agentIdentifier }) }),
    ),
  );
  return router;
}

/** Errors of the control are the caller's: an unknown identifier, or a state that does not allow the act. */
function command<Schema extends z.ZodType>(
  schema: Schema,
  run: (body: z.output<Schema>) => object | void,
): RequestHandler {
  return answer(schema, (body): Outcome => {
    try {
      return { data: run(body) ?? {} };
    } catch (error) {
      return refuse(409, error instanceof Error ? error.message : String(error));
    }
  });
}
