import { parseUnits } from '../money.ts';

const SOL_DECIMALS = 9;
const EVM_DECIMALS = 18;

/** The most that transactions may cost the operator in a day (UTC), by kind of chain: minor units of its coin. */
export interface CostLimits {
  solana?: bigint;
  evm?: bigint;
}

/** The limit on one network (CAIP-2); undefined where there is none. */
export const costLimitOf = ({ solana, evm }: CostLimits, network: string): bigint | undefined =>
  network.startsWith('solana:') ? solana : network.startsWith('eip155:') ? evm : undefined;

/** The limits that the environment gives, in whole coins. */
export const costLimitsOf = (settings: {
  OPERATOR_COSTS_SOLANA_PER_DAY: string;
  OPERATOR_COSTS_EVM_PER_DAY: string;
}): Required<CostLimits> => ({
  solana: parseUnits(settings.OPERATOR_COSTS_SOLANA_PER_DAY, SOL_DECIMALS),
  evm: parseUnits(settings.OPERATOR_COSTS_EVM_PER_DAY, EVM_DECIMALS),
});
