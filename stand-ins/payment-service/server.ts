import express, { type Express } from 'express';
import type { MasumiNetwork } from '../../schemas/families/masumi/payment-service.ts';
import { listen } from '../facilitator/listen.ts';
import { createControlRouter } from './control-routes.ts';
import { createControl, type StandInControl } from './control.ts';
import { createFaults } from './faults.ts';
import { handleErrors, sendRefusal } from './http.ts';
import { createApi } from './routes.ts';
import { createStats } from './stats.ts';
import { openWorld } from './world.ts';

export interface MasumiStandInOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The value that the header `token` must have. */
  readonly apiKey: string;
  readonly network: MasumiNetwork;
  /** Where payments, agents and the moved clock are kept. Without it they end with the process. */
  readonly stateFile?: string | undefined;
  /** The time from which the control moves on; the machine's by default. */
  readonly clock?: (() => number) | undefined;
  /** How long a transaction takes to be on the chain. */
  readonly blockMs?: number | undefined;
  readonly log?: ((words: string) => void) | undefined;
}

export interface MasumiStandIn {
  /** Address without `/api/v1`, as a payment service is configured. */
  readonly url: string;
  readonly control: StandInControl;
  close(): Promise<void>;
}

const NAME = 'masumi-payment-service';

/** A payment service for machines without a real one: its calls and rules, but no chain and no money. */
export async function startMasumiStandIn(options: MasumiStandInOptions): Promise<MasumiStandIn> {
  const world = openWorld({
    network: options.network,
    blockMs: options.blockMs ?? 20_000,
    stateFile: options.stateFile,
    clock: options.clock ?? Date.now,
  });
  const [faults, stats] = [createFaults(), createStats()];
  const control = createControl(world, faults, stats);
  const app = createApp();
  app.use('/api/v1', stats.count, faults.handle, createApi(world, options.apiKey));
  app.use('/stand-in', createControlRouter(control));
  app.use((request, response) =>
    sendRefusal(response, 404, `This stand-in of ${NAME} has no ${request.method} ${request.path}`),
  );
  app.use(handleErrors);
  const { url, stop } = await listen(app, options.port);
  options.log?.(`Stand-in of ${NAME} (${options.network}) at ${url}: no chain, no money`);
  return { url, control, close: stop };
}

function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set('x-stand-in', NAME);
    next();
  });
  app.use(express.json({ limit: '1mb' }));
  return app;
}
