import { DEFAULT_TENANT } from '../../../domain/tenants.ts';
import type { Ctx } from '../../context.ts';

/** Purchasers without a key (MASUMI_PUBLIC) deal with the installation itself. */
export const tenantOf = ({ principal }: Pick<Ctx, 'principal'>): string => principal.tenant || DEFAULT_TENANT;

export const subjectOf = ({ principal }: Pick<Ctx, 'principal'>): string =>
  principal.subject ?? (principal.tenant === '' ? 'purchaser' : 'local');
