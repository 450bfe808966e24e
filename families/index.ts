import { masumi } from './masumi.ts';
import { omni } from './omni.ts';
import { reasoning } from './reasoning.ts';

/** Every family that this installation serves. The other line of a family is in `workflows/index.ts`. */
export const families = [reasoning, masumi, omni] as const;
