import type { ReceiptBodies } from '../../schemas/core/receipt.ts';
import { showAmount } from '../money.ts';

/** Writes minor units of what a run pays in, for people: a code has the same decimals on all chains. */
export type Show = (minor: bigint | string) => string;

/** For whoever has no plan at hand. */
export const inMinorUnits: Show = (minor) => `${minor} minor units`;

/** In the asset of the run's plan; a run without a plan has no decimals, and its amounts say that they are in minor units. */
export const showIn = ({ asset, decimals }: Pick<ReceiptBodies['plan'], 'asset' | 'decimals'>): Show =>
  asset === null || decimals === null
    ? inMinorUnits
    : (minor) => showAmount(minor, { code: asset, decimals });
