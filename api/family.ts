import type { JsonObject } from '../schemas/core/json.ts';
import type { RunRow } from '../db/repositories/runs.ts';
import type { CatalogueEntry, InputBody, RerunBody } from '../schemas/core/api.ts';
import type { ApiDeps, Ctx } from './context.ts';
import type { ProblemStyle } from './problem.ts';
import type { Route } from './route.ts';
import type { CommandCtx } from './runs/commands.ts';
import type { StartRequest, StartableRun, WorkflowStart } from './runs/start.ts';
import type { StreamRoute } from './stream/define-stream.ts';

/** State of an outside system as `/health` shows it. `off`: not configured, which is healthy. */
export interface HealthCheck {
  status: 'ok' | 'degraded' | 'down' | 'off';
  detail?: string;
}

/** What a family adds to `/health`: checks by name, metrics by name, and fields of its own at the top. */
export interface HealthPart {
  checks?: { [name: string]: HealthCheck };
  metrics?: JsonObject;
  fields?: JsonObject;
}

/** One API family: its routes, its streams and the way its errors look. */
export interface FamilyModule {
  name: string;
  /** Shown above its operations in the documentation. */
  description: string;
  /** How to begin, as Markdown with commands for a shell: shown at the top of the documentation. */
  startHere?: string;
  routes: readonly Route[];
  streams?: readonly StreamRoute[];
  problems?: ProblemStyle;
  /** First path segments that are the family's, so that 404 and 405 below them carry its aliases, e.g. "/workflows". */
  prefixes?: readonly string[];
  /** Everybody of the tenant sees its runs. Without this only a run's own subject and admins do. */
  sharedRuns?: true;
  /** How a run of this family is started, from its row alone: sweepers start what a crash left behind. */
  restart?(row: StartableRun): WorkflowStart | undefined;
  /** Another run of an ended one: its row and its start. Throws refusals. */
  rerun?(ctx: Ctx, run: RunRow, wanted: NonNullable<RerunBody>): Promise<StartRequest>;
  /** Answers a question whose form the engine cannot check. Families that ask in the engine's forms need none. Throws refusals. */
  giveInput?(ctx: CommandCtx, run: RunRow, input: InputBody): Promise<void>;
  /** Finishes what a crash or an outage left half done; called every few seconds by each API process. */
  sweep?(deps: ApiDeps): Promise<void>;
  health?(deps: ApiDeps): Promise<HealthPart>;
  /** What it adds to `GET /flows` and `GET /agents`: what the caller's tenant may run, and who does the work. */
  flows?(ctx: Ctx): Promise<CatalogueEntry[]>;
  agents?(ctx: Ctx): Promise<CatalogueEntry[]>;
}
