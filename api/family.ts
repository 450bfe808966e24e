import type { JsonObject } from '../schemas/core/json.ts';
import type { CatalogueEntry, ServiceEntry } from '../schemas/core/api.ts';
import type { ApiDeps, Ctx, RunFamily } from './context.ts';
import type { CodeMeaning } from './problem-codes.ts';
import type { ProblemStyle } from './problem.ts';
import type { Route } from './route.ts';
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

/** Members of `/health` by where they stand. */
export interface HealthNames {
  checks?: readonly string[];
  metrics?: readonly string[];
  fields?: readonly string[];
}

/** One API family: its routes, its streams and the way its errors look. */
export interface FamilyModule extends RunFamily {
  /** Shown above its operations in the documentation. */
  description: string;
  /** How to begin, as Markdown with commands for a shell: shown at the top of the documentation. */
  startHere?: string;
  routes: readonly Route[];
  streams?: readonly StreamRoute[];
  problems?: ProblemStyle;
  /** Event types that only it has. */
  events?: readonly string[];
  /** Problem codes that only it has; the engine's own routes answer them as well. */
  ownCodes?: Readonly<Record<string, CodeMeaning>>;
  /** Problem codes that `giveInput` may throw besides the engine's. */
  inputErrors?: readonly string[];
  /** What it fills at the top of `/health`, besides its own part there. */
  fills?: HealthNames;
  /** First path segments that are the family's, so that 404 and 405 below them carry its aliases, e.g. "/workflows". */
  prefixes?: readonly string[];
  /** Finishes what a crash or an outage left half done; called every few seconds by each API process. */
  sweep?(deps: ApiDeps): Promise<void>;
  health?(deps: ApiDeps): Promise<HealthPart>;
  /** One agent of its own with more than `GET /agents` has; undefined where it is none. */
  agent?(ctx: Ctx, id: string): Promise<CatalogueEntry | undefined>;
  /** What it adds to `GET /services`, and one of them with more; undefined where it is none. */
  services?(ctx: Ctx): Promise<{ services: ServiceEntry[]; notice?: string }>;
  service?(ctx: Ctx, id: string): Promise<ServiceEntry | undefined>;
  /** What it adds to Prometheus' text. */
  metrics?(deps: ApiDeps): Promise<string[]>;
  /** What it answers at `GET /` besides the engine, for clients that are older than it. */
  root?: JsonObject;
}

/** What an API process is made of: what requests work with, and the families whose routes it mounts. */
export interface ServedApi extends ApiDeps {
  families: readonly FamilyModule[];
}
