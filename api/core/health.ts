import { checkWritable } from '../../db/connections.ts';
import { runFigures, type RunFigures } from '../../db/repositories/run-lists.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Health } from '../../schemas/core/api.ts';
import type { Trouble } from '../../domain/outside-errors.ts';
import { troubleOf } from '../errors.ts';
import type { ApiDeps } from '../context.ts';
import type { FamilyModule, HealthCheck, HealthPart } from '../family.ts';

const LIMIT_MS = 2000;
const FRESH_MS = 1000; // orchestrators and dashboards ask often; the answer is shared for this long

/** Database and Temporal decide over `unhealthy`; everything else only degrades. */
export async function checkHealth(deps: ApiDeps, families: readonly FamilyModule[]): Promise<Health> {
  const [database, temporal, figures, ...parts] = await Promise.all([
    probe(() => checkWritable(deps.db.pool)),
    probe(() => pingTemporal(deps)),
    figuresOf(deps).catch(() => undefined),
    ...families.map((family) =>
      within(family.health?.(deps) ?? {}).catch((): HealthPart => ({
        checks: { [family.name]: { status: 'down' } },
      })),
    ),
  ]);
  const checks = Object.assign({ database, temporal }, ...parts.map((part) => part.checks ?? {})) as Record<
    string,
    HealthCheck
  >;
  const states = Object.values(checks).map(({ status }) => status);
  const broken = database.status === 'down' || temporal.status === 'down';
  const status = broken
    ? 'unhealthy'
    : states.some((state) => state === 'down' || state === 'degraded')
      ? 'degraded'
      : 'healthy';
  return {
    ...(Object.assign({}, ...parts.map((part) => part.fields ?? {})) as JsonObject),
    status,
    version: deps.settings.version,
    timestamp: new Date().toISOString(),
    uptime: process.uptime(),
    message: messageOf(checks),
    startup_complete: true,
    checks: Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check.status])),
    metrics: {
      ...runMetrics(figures),
      ...(Object.assign({}, ...parts.map((part) => part.metrics ?? {})) as JsonObject),
    },
  };
}

const runMetrics = (figures: RunFigures | undefined): JsonObject =>
  figures === undefined ? {} : { activeWorkflows: figures.active, queueDepth: figures.waiting_to_start };

function messageOf(checks: Record<string, HealthCheck>): string {
  const bad = Object.entries(checks).filter(([, { status }]) => status === 'down' || status === 'degraded');
  if (bad.length === 0) return 'All parts work.';
  return bad
    .map(([name, { status, detail }]) => `${name} is ${status}${detail ? ` (${detail})` : ''}`)
    .join('; ');
}

async function probe(work: () => Promise<unknown>): Promise<HealthCheck> {
  return within(work()).then(
    (): HealthCheck => ({ status: 'ok' }),
    (error: unknown): HealthCheck => ({ status: 'down', detail: WHY[troubleOf(error) ?? 'down'] }),
  );
}

/** Details that an operator can act on. Addresses and the server's own words stay in the log. */
const WHY: Readonly<Record<Trouble, string>> = {
  down: 'it does not answer',
  read_only: 'it takes no changes: it is a standby, or read-only',
  busy: 'it has no room: connections, memory or disk',
  repair: 'it is not ready',
  misconfigured: 'it refuses us: check its address, name and credentials',
  not_found: 'it refuses us: check its address, name and credentials',
  conflict: 'it does not answer as it should',
  bad_input: 'it does not answer as it should',
  bug: 'it does not answer as it should',
};

async function pingTemporal({ temporal }: ApiDeps): Promise<void> {
  await temporal.withDeadline(Date.now() + LIMIT_MS, () =>
    temporal.connection.workflowService.getSystemInfo({}),
  );
}

async function within<T>(work: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('No answer in time.')), LIMIT_MS);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

const figureCache = new WeakMap<object, { at: number; figures: Promise<RunFigures> }>();

/** Counts over all runs cost a scan: asked once a second at most. */
export function figuresOf({ db }: ApiDeps): Promise<RunFigures> {
  const cached = figureCache.get(db);
  if (cached && performance.now() - cached.at < FRESH_MS) return cached.figures;
  const figures = within(runFigures(db.pool));
  figureCache.set(db, { at: performance.now(), figures });
  figures.catch(() => figureCache.delete(db));
  return figures;
}
