import { createHash } from 'node:crypto';
import { outputPreimage, type OutputHashMode } from '../../domain/masumi/hashes.ts';

/** MIP-004's hash of a result as `/status` shows it, over the original identifier: what the payment service is given. */
export const outputHash = (identifier: string, result: string, mode: OutputHashMode): string =>
  createHash('sha256')
    .update(outputPreimage(identifier, result, mode))
    .digest('hex');
