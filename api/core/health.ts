import { hasOpenItem } from '../../db/repositories/attention.ts';
import { checkWritable } from '../../db/connections.ts';
import { runFigures, type RunFigures } from '../../db/repositories/run-lists.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { FamilyHealth, Health } from '../../schemas/core/api.ts';
import type { Trouble } from '../../domain/outside-errors.ts';
import { queueStates, whatLacks, type QueueState } from '../queues.ts';
import { troubleOf } from '../errors.ts';
import type { ApiDeps } from '../context.ts';
import { inTime, LATE } from '../time-limit.ts';
import type { FamilyModule, HealthCheck, HealthPart } from '../family.ts';

const LIMIT_MS = 2000;
const FRESH_MS = 1000; // orchestrators and dashboards ask often; the answer is shared for this long

type Families = readonly FamilyModule[];

/** Database and Temporal decide over `unhealthy`; everything else only degrades. */
export async function checkHealth(deps: ApiDeps, families: Families): Promise<Health> {
  const [database, temporal, operator_account, figures, queues, ...parts] = await Promise.all([
    probe(() => checkWritable(deps.db.pool)),
    probe(() => pingTemporal(deps)),
    checkOperatorAccount(deps),
    figuresOf(deps).catch(() => undefined),
    within(queueStates({ ...deps, families })).catch(() => undefined),
    ...families.map((family) => askFamily(deps, family)),
  ]);
  const workers = workersOf(queues);
  const own: Checks = { database, temporal, ...workers, operator_account };
  const checks: Checks = Object.assign({ ...own }, ...parts.map(topChecks));
  const isBroken = database.status === 'down' || temporal.status === 'down';
  const isWell = parts.every(({ status }) => status === 'healthy') && !Object.values(own).some(isBad);
  return {
    ...(Object.assign(
      {},
      ...parts.map(({ family, part }) => only(part.fields, family.fills?.fields)),
    ) as JsonObject),
    status: isBroken ? 'unhealthy' : isWell ? 'healthy' : 'degraded',
    version: deps.settings.version,
    timestamp: new Date().toISOString(),
    uptime: process.uptime(),
    message: messageOf({ ...checks, ...Object.assign({}, ...parts.map(ownChecks)) }),
    startup_complete: true,
    checks: statesOf(checks),
    metrics: {
      ...(Object.assign(
        {},
        ...parts.map(({ family, part }) => only(part.metrics, family.fills?.metrics)),
      ) as JsonObject),
      ...(figures === undefined ? {} : { activeWorkflows: figures.active }),
      queueDepth: queues?.reduce((sum, { depth }) => sum + depth, 0) ?? figures?.waiting_to_start ?? 0,
    },
    families: Object.fromEntries(parts.map(toFamilyHealth)),
  };
}

type Checks = Record<string, HealthCheck>;

/** Whether somebody does the work. Nothing is said of it while Temporal, which knows, does not answer. */
function workersOf(queues: readonly QueueState[] | undefined): Checks {
  if (queues === undefined) return {};
  const detail = whatLacks(queues);
  return { workers: detail === undefined ? { status: 'ok' } : { status: 'degraded', detail } };
}

/** A family with what it says of itself. */
interface Asked {
  family: FamilyModule;
  part: HealthPart;
  status: FamilyHealth['status'];
}

/** A family that cannot say how it is, is down itself. */
async function askFamily(deps: ApiDeps, family: FamilyModule): Promise<Asked> {
  const part = await within(family.health?.(deps) ?? {}).catch((): HealthPart => ({
    checks: { [family.name]: { status: 'down' } },
  }));
  const isWell = !Object.values(part.checks ?? {}).some(isBad);
  return { family, part, status: isWell ? 'healthy' : 'degraded' };
}

const isBad = ({ status }: HealthCheck): boolean => status === 'down' || status === 'degraded';

/** Only names that its manifest claims reach the top: a family can take nobody's place there. */
const only = <T>(
  values: Readonly<Record<string, T>> = {},
  names: readonly string[] = [],
): Record<string, T> => Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));

const topChecks = ({ family, part }: Asked): Checks =>
  only(part.checks, [...(family.fills?.checks ?? []), family.name]);

/** Checks that are in the family's part alone, by a name that says so. */
function ownChecks(asked: Asked): Checks {
  const shown = topChecks(asked);
  const rest = Object.entries(asked.part.checks ?? {}).filter(([name]) => shown[name] === undefined);
  return Object.fromEntries(rest.map(([name, check]) => [`${asked.family.name}.${name}`, check]));
}

const statesOf = (checks: Checks): Health['checks'] =>
  Object.fromEntries(Object.entries(checks).map(([name, { status }]) => [name, status]));

const toFamilyHealth = ({ family, part, status }: Asked): [string, FamilyHealth] => [
  family.name,
  { ...part.fields, status, checks: statesOf(part.checks ?? {}), metrics: part.metrics ?? {} },
];

function messageOf(checks: Checks): string {
  const bad = Object.entries(checks).filter(([, check]) => isBad(check));
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

/** Short is what could not bear a cost: something waits for it, or was refused. */
async function checkOperatorAccount({ db }: ApiDeps): Promise<HealthCheck> {
  const short = await within(hasOpenItem(db.pool, 'operator_short')).catch(() => false); // the database tells its own state
  return short
    ? { status: 'degraded', detail: 'it is short of coins for fees and rents: see GET /attention' }
    : { status: 'ok' };
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
  const answer = await inTime(work, LIMIT_MS);
  if (answer === LATE) throw new Error('No answer in time.');
  return answer;
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
