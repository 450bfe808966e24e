import type { SurplusRow } from '../db/repositories/surplus.ts';
import type { AssetBook } from '../domain/assets.ts';
import { formatUnits } from '../domain/money.ts';
import type { SurplusTarget } from '../schemas/core/surplus.ts';

type Shown = Pick<SurplusRow, 'id' | 'asset' | 'network' | 'booked' | 'tx_hash' | 'sender'>;

/** One surplus as a line for people. */
export function surplusLine(
  { assets }: Pick<AssetBook, 'assets'>,
  { id, asset, network, booked, tx_hash, sender }: Shown,
): string {
  const found = assets.find((one) => one.id === asset);
  const amount = found
    ? `${formatUnits(BigInt(booked), found.decimals)} ${found.code}`
    : `${booked} ${asset}`;
  return `${id}  ${amount}  from ${sender || 'nobody that the chain names'}  in ${tx_hash} on ${network}`;
}

/** Exactly one of the three. */
export function targetOf(values: {
  user?: string | undefined;
  run?: string | undefined;
  operator: boolean;
}): SurplusTarget {
  const { user, run, operator } = values;
  const named: SurplusTarget[] = [
    ...(user === undefined ? [] : [{ user_id: user }]),
    ...(run === undefined ? [] : [{ run_id: run }]),
    ...(operator ? (['operator'] as const) : []),
  ];
  const [target] = named;
  if (target === undefined || named.length > 1)
    throw new Error('Whose is it? Say one of --user ID, --run ID and --operator.');
  return target;
}
