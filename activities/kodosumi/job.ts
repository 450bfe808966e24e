import type { Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import type { KodosumiDeps } from './tools.ts';

/** Retried until a worker that has Kodosumi configured takes the task. */
export function requireKodosumi({ kodosumi }: Pick<KodosumiDeps, 'kodosumi'>): Kodosumi {
  if (kodosumi === undefined) throw new Error('This worker has no Kodosumi: set KODOSUMI_BASE_URL.');
  return kodosumi;
}
