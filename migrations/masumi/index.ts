import { M0009Jobs } from './m0009-jobs.ts';
import { M0010Lost } from './m0010-lost.ts';
import { M0014Purchasers } from './m0014-purchasers.ts';
import { M0025Following } from './m0025-following.ts';

/** The family's own tables; forward only. */
export const migrations = [M0009Jobs, M0010Lost, M0014Purchasers, M0025Following];
