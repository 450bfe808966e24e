import { inTime } from '../../time-limit.ts';
import type { ApiDeps } from '../../context.ts';
import type { HealthCheck, HealthPart } from '../../family.ts';
import { remembered } from '../../http/remembered.ts';
import { FAMILY } from './names.ts';
import type { MasumiOptions } from './options.ts';

const LIMIT_MS = 1500; // below the engine's own limit, which would drop all our fields when one is slow

/** The family's part of `/health` (masumi.md 1.1). What is not configured is not broken. */
export function createHealth({
  kodosumi,
  node,
  testMode,
}: MasumiOptions): (deps: Pick<ApiDeps, 'db'>) => Promise<HealthPart> {
  const lookAtWork = remembered(() => check(kodosumi));
  const lookAtPayment = remembered(() => check(node));
  return async ({ db }) => {
    const isUp = { isHealthy: () => db.pool.query('select 1').then(() => true) };
    const [work, payment, database] = await Promise.all([lookAtWork(), lookAtPayment(), check(isUp)]);
    return partOf({ work, payment, database }, testMode);
  };
}

function partOf(
  { work, payment, database }: { [part in 'work' | 'payment' | 'database']: HealthCheck },
  testMode: boolean,
): HealthPart {
  return {
    checks: { kodosumi: work, payment_service: payment },
    fields: {
      service: `steward-${FAMILY}`,
      kodosumi_connection: { is_healthy: work.status === 'ok' },
      payment_service: { is_healthy: payment.status === 'ok', ...(testMode && { simulated: true }) },
      database: { is_healthy: database.status === 'ok' },
    },
  };
}

async function check(system: { isHealthy(): Promise<boolean> } | undefined): Promise<HealthCheck> {
  if (system === undefined) return { status: 'off' };
  const isHealthy = await inTime(
    system.isHealthy().catch(() => false),
    LIMIT_MS,
  );
  return { status: isHealthy === true ? 'ok' : 'down' };
}
