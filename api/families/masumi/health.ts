import type { HealthCheck, HealthPart } from '../../family.ts';
import { remembered } from '../../http/remembered.ts';
import { FAMILY } from './names.ts';
import type { MasumiOptions } from './options.ts';

/** The family's part of `/health` (masumi.md 1.1). What is not configured is not broken. */
export function createHealth({ kodosumi, node, testMode }: MasumiOptions): () => Promise<HealthPart> {
  const looks = [kodosumi, node].map((system) => remembered(() => check(system)));
  return async () => {
    const [work, payment] = await Promise.all(looks.map((look) => look()));
    return partOf(work!, payment!, testMode);
  };
}

function partOf(work: HealthCheck, payment: HealthCheck, testMode: boolean): HealthPart {
  return {
    checks: { kodosumi: work, payment_service: payment },
    fields: {
      service: `steward-${FAMILY}`,
      kodosumi_connection: { is_healthy: work.status === 'ok' },
      payment_service: { is_healthy: payment.status === 'ok', ...(testMode && { simulated: true }) },
      database: { is_healthy: true }, // without it there is no answer of this kind
    },
  };
}

async function check(system: { isHealthy(): Promise<boolean> } | undefined): Promise<HealthCheck> {
  if (system === undefined) return { status: 'off' };
  return { status: (await system.isHealthy()) ? 'ok' : 'down' };
}
